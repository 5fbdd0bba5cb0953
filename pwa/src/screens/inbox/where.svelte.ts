import type { Notice } from '../../lib/casework/referral';
import { encounters } from '../../lib/state/encounters.svelte';
import { packs, referrals } from '../../lib/state/referrals.svelte';
import { session } from '../../lib/state/session.svelte';
import { targetOf } from './target';

/** The record of a notice, as far as this phone holds it: its code-name, and whether the reader made it. */
export function subjectOf({ of_coll, of_rec }: Notice): { codename: string; mine: boolean } | undefined {
  if (of_coll === 'packs') {
    const pack = packs.all.find((one) => one.id === of_rec);
    return pack && { codename: pack.codename ?? '', mine: false };
  }
  return of_coll === 'referrals' ? referrals.find(of_rec) : encounters.find(of_rec);
}

/** The screen that a notice leads its reader to. */
export const screenOf = (notice: Notice): string => targetOf(notice, { mine: subjectOf(notice)?.mine === true, roles: session.user?.roles ?? [] });
