import { t } from '../../lib/words/words.svelte';

/** A code-name nobody can be known by: a bird and a number. `chance` gives numbers from 0 up to, not including, 1. */
export function suggestCodename(chance: () => number): string {
  const birds = t('record.birds').split(',');
  return `${birds[Math.floor(chance() * birds.length)] ?? ''} ${10 + Math.floor(chance() * 90)}`;
}
