import { fieldsOf } from './tables';
import type { Operation } from './types';

/** A record's fields, by name. */
export type Fields = Record<string, unknown>;

/** Empty text, an empty list and an empty block all mean "not filled in". */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

/** JSON with sorted keys, so that equal values have equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, one]) => one !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
}

/** Whether two values mean the same. */
export const same = (a: unknown, b: unknown): boolean => a === b || (isEmpty(a) && isEmpty(b)) || canonical(a) === canonical(b);

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The fields of the table; of a collection whose fields follow from a form, all that are written. */
function namesOf(coll: string, base: Fields, next: Fields): string[] {
  const names = Object.keys(fieldsOf(coll));
  return names.length > 0 ? names : [...new Set([...Object.keys(base), ...Object.keys(next)])];
}

/** What changed between the row an author looked at and what they left, as the parts of an operation. */
export function difference(coll: string, base: Fields, next: Fields): Pick<Operation, 'set' | 'prev' | 'add' | 'del'> {
  const set: Fields = {};
  const prev: Fields = {};
  const add: Record<string, unknown[]> = {};
  const del: Record<string, unknown[]> = {};
  for (const name of namesOf(coll, base, next)) {
    const [was, now] = [base[name], next[name]];
    if (same(was, now)) continue;
    if (fieldsOf(coll)[name]?.policy === 'set') {
      const gained = list(now).filter((one) => !list(was).includes(one));
      const lost = list(was).filter((one) => !list(now).includes(one));
      if (gained.length > 0) add[name] = gained;
      if (lost.length > 0) del[name] = lost;
      continue;
    }
    set[name] = isEmpty(now) ? null : now;
    if (!isEmpty(was)) prev[name] = was;
  }
  return { set, prev, add, del };
}

/** Whether an operation would change nothing but a state. */
export const changesNothing = (change: Pick<Operation, 'set' | 'add' | 'del'>): boolean =>
  [change.set, change.add, change.del].every((part) => Object.keys(part ?? {}).length === 0);

/** Lays an operation's fields over a row. */
export function overlay(row: Fields, op: Pick<Operation, 'set' | 'add' | 'del'>): Fields {
  const next = { ...row };
  for (const [name, value] of Object.entries(op.set ?? {})) {
    if (value === null) delete next[name];
    else next[name] = value;
  }
  for (const [name, gained] of Object.entries(op.add ?? {})) next[name] = [...new Set([...list(next[name]), ...gained])];
  for (const [name, lost] of Object.entries(op.del ?? {})) next[name] = list(next[name]).filter((one) => !lost.includes(one));
  return next;
}

/** What follows a record, and the field that names it. */
const FOLLOWS: Record<string, string> = { addenda: 'encounter', disclosures: 'referral' };

/** The record that an operation is about: an addendum is about its encounter, a disclosure about its referral, everything else about itself. */
export function subjectOf(op: Pick<Operation, 'coll' | 'rec' | 'set'>): string {
  const record = op.set?.[FOLLOWS[op.coll] ?? ''];
  return typeof record === 'string' ? record : op.rec;
}

/**
 * Two operations that do together what one does, for one that is too large; null when it cannot be parted. The first only writes:
 * what comes with the fields, the command before all, stays with the second.
 */
export function halves(op: Operation): [Operation, Operation] | null {
  const names = Object.keys(op.set ?? {});
  if (names.length < 2) return null;
  // A new record needs its own fields to be one; they are short, and stand before the answers.
  const ordered = [...names.filter((name) => !name.includes('.')), ...names.filter((name) => name.includes('.'))];
  const first = new Set(ordered.slice(0, Math.ceil(names.length / 2)));
  const part = (fields: Fields | undefined, own: boolean): Fields => Object.fromEntries(Object.entries(fields ?? {}).filter(([name]) => first.has(name) === own));
  const { cmd: _cmd, add: _add, del: _del, ...bare } = op;
  return [
    { ...bare, set: part(op.set, true), prev: part(op.prev, true) },
    { ...op, kind: 'patch', set: part(op.set, false), prev: part(op.prev, false) },
  ];
}
