import { same, type Fields } from './operations';
import { fieldsOf } from './tables';
import type { Change, Entry, Row } from './types';
import type { PendingOp } from './view';

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
const asNumber = (value: unknown): number => (typeof value === 'number' ? value : 0);

const KINDS = { versions: 'version', reviews: 'review', addenda: 'addendum' } as const;

/** Everything that happened to a record, oldest first; what is still on this phone comes last. */
export function timelineOf(id: string, rows: Row[], pending: PendingOp[], me: string): Entry[] {
  const told: Entry[] = [];
  for (const { c, i, d } of rows) {
    if (!(c in KINDS) || d['encounter'] !== id) continue;
    const kind = KINDS[c as keyof typeof KINDS];
    const by = asText(d['reviewer_name']) || asText(d['author_name']);
    told.push({ ...d, id: i, kind, by, at_ms: asNumber(d['received_at_ms']) || asNumber(d['made_at_ms']) });
  }
  told.sort((a, b) => a.at_ms - b.at_ms);
  const here = pending.map(({ op, op_id, verdict }): Entry => ({ kind: 'pending', id: op_id, by: me, at_ms: op.at_ms, op, verdict }));
  return [...told, ...here.filter((entry) => !told.some((one) => one['op_id'] === entry['id']))];
}

/** The fields that the newest version of a record changed, with both values where they may be shown. */
export function changesOf(id: string, versions: Row[]): Change[] {
  const ordered = versions.filter((row) => row.d['encounter'] === id).sort((a, b) => asNumber(a.d['number']) - asNumber(b.d['number']));
  const newest = ordered.at(-1);
  if (newest === undefined || ordered.length < 2) return [];
  const rules = fieldsOf('encounters');
  const valueIn = (row: Row, field: string): unknown => (row.d['was'] as Fields | undefined)?.[field];
  const before = (field: string): unknown => ordered.slice(0, -1).map((row) => valueIn(row, field)).findLast((value) => value !== undefined);
  const names = Array.isArray(newest.d['changed']) ? newest.d['changed'].map(asText) : [];
  return names.flatMap((field) => {
    const store = rules[field]?.store;
    const hidden = store === 'identity' || store === 'contact';
    const [was, now] = hidden ? [undefined, undefined] : [before(field), valueIn(newest, field)];
    return !hidden && same(was, now) ? [] : [{ field, was, now, hidden }];
  });
}
