import birds from '../../../../internal/casework/birds.json';

const all = new Set([...birds.en, ...birds.cy]);
const shape = /^([^ ]+)( [0-9]{1,5})?$/;

/** Whether a code-name is a bird of the server's list, with or without a number. It stands in clear, so it has no room for a name. */
export function isCodename(name: string): boolean {
  const bird = shape.exec(name)?.[1];
  return bird !== undefined && all.has(bird.toLowerCase());
}

/** A code-name nobody can be known by: a bird and a number. `chance` gives numbers from 0 up to, not including, 1. */
export function suggestCodename(lang: 'en' | 'cy', chance: () => number): string {
  const list = birds[lang];
  return `${list[Math.floor(chance() * list.length)] ?? ''} ${10 + Math.floor(chance() * 90)}`;
}
