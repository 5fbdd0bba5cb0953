import { same, type Fields } from './operations';
import { fieldsOf } from './tables';
import { subject } from './timeline';
import type { Change, Row } from './types';

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
const asNumber = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** How a version names what it holds: the store of a field, and its fields by the names of operations. */
export interface Naming {
  storeOf: (field: string) => string | undefined;
  fields: (was: Fields) => Fields;
}

const plain: Naming = { storeOf: (field) => fieldsOf('encounters')[field]?.store, fields: (was) => was };

/** The fields that the newest version of a record changed, with both values where they may be shown. */
export function changesOf(id: string, versions: Row[], { storeOf, fields }: Naming = plain): Change[] {
  const ordered = versions.filter((row) => subject(row.d) === id).sort((a, b) => asNumber(a.d['number']) - asNumber(b.d['number']));
  const newest = ordered.at(-1);
  if (newest === undefined || ordered.length < 2) return [];
  const valueIn = (row: Row, field: string): unknown => fields((row.d['was'] as Fields | undefined) ?? {})[field];
  const before = (field: string): unknown => ordered.slice(0, -1).map((row) => valueIn(row, field)).findLast((value) => value !== undefined);
  const names = Array.isArray(newest.d['changed']) ? newest.d['changed'].map(asText) : [];
  return names.flatMap((field) => {
    const store = storeOf(field);
    const hidden = store === 'identity' || store === 'contact';
    const [was, now] = hidden ? [undefined, undefined] : [before(field), valueIn(newest, field)];
    return !hidden && same(was, now) ? [] : [{ field, was, now, hidden }];
  });
}
