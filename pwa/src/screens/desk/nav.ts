import type { Screen } from '../../lib/router.svelte';
import { encounters } from '../../lib/state/encounters.svelte';
import { packs, referrals } from '../../lib/state/referrals.svelte';
import { session } from '../../lib/state/session.svelte';
import type { Key } from '../../lib/words/words.svelte';

/** One line of the menu: the screen, its address, its words, and how much waits there. */
export type Line = [Screen, string, Key, number];

/** The lines of the menu for those who review, send, or answer what was sent to them. */
export function linesFor(): Line[] {
  const roles = session.user?.roles ?? [];
  const supervises = roles.includes('supervisor');
  const reads = supervises || roles.includes('intel') || roles.includes('safeguarding_lead');
  const sends = roles.some((role) => ['spoc', 'safeguarding_lead', 'marac_coord', 'intel'].includes(role));
  const unanswered = packs.received.filter((pack) => pack.state === 'sent' || pack.state === 'sent_urgent').length;
  const when = (holds: boolean, line: Line): Line[] => (holds ? [line] : []);
  return [
    ...when(reads, ['queue', '/queue', 'nav.queue', (supervises ? encounters.queue.length : 0) + referrals.queue.length + referrals.toCountersign.length]),
    ...when(sends, ['send', '/send', 'nav.send', referrals.toSend.length]),
    ...when(packs.received.length > 0, ['received', '/received', 'nav.received', unanswered]),
  ];
}
