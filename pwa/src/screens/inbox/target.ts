import type { Notice } from '../../lib/casework/referral';

/** What the reader is to the record that a notice is about. */
export interface Reader {
  /** Whether they made the record. */
  mine: boolean;
  roles: string[];
}

/** Who decides on tasks of a referral, and who sends. */
const decides = (roles: string[]): boolean => roles.includes('supervisor');

/** What is on the sender's desk and not on the reviewer's. */
const SENT = new Set(['to_send', 'sent', 'outcome']);

/** The screen that a notice leads to; the list itself where it leads nowhere else. */
export function targetOf({ kind, of_coll, of_rec }: Notice, { mine, roles }: Reader): string {
  switch (of_coll) {
    case 'encounters':
      return `/${mine ? 'record' : 'review'}/${of_rec}`;
    case 'referrals':
      if (mine) return `/referral/${of_rec}`;
      return SENT.has(kind) || (kind === 'task' && !decides(roles)) ? `/send/${of_rec}` : `/refer-review/${of_rec}`;
    case 'packs':
      return `/received/${of_rec}`;
    default:
      return '/inbox';
  }
}
