import type { Fields } from './operations';
import type { Entry, Row } from './types';
import type { PendingOp } from './view';

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
const asNumber = (value: unknown): number => (typeof value === 'number' ? value : 0);

const KINDS = { versions: 'version', reviews: 'review', addenda: 'addendum', disclosures: 'disclosure' } as const;

/** The record that a version, a review, an addition or a disclosure belongs to. */
export const subject = (d: Fields): unknown => d['referral'] || d['encounter'];

/** Everything that happened to a record, oldest first; what is still on this phone comes last. */
export function timelineOf(id: string, rows: Row[], pending: PendingOp[], me: string): Entry[] {
  const told: Entry[] = [];
  for (const { c, i, d } of rows) {
    if (!(c in KINDS) || subject(d) !== id) continue;
    const kind = KINDS[c as keyof typeof KINDS];
    const by = asText(d['reviewer_name']) || asText(d['author_name']);
    told.push({ ...d, id: i, kind, by, at_ms: asNumber(d['received_at_ms']) || asNumber(d['made_at_ms']) || asNumber(d['at_ms']) });
  }
  told.sort((a, b) => a.at_ms - b.at_ms);
  const here = pending.map(({ op, op_id, verdict }): Entry => ({ kind: 'pending', id: op_id, by: me, at_ms: op.at_ms, op, verdict }));
  return [...told, ...here.filter((entry) => !told.some((one) => one['op_id'] === entry['id']))];
}
