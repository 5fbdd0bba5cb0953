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
export const same = (a: unknown, b: unknown): boolean => (isEmpty(a) && isEmpty(b)) || canonical(a) === canonical(b);

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** What changed between the row an author looked at and what they left, as the parts of an operation. */
export function difference(coll: string, base: Fields, next: Fields): Pick<Operation, 'set' | 'prev' | 'add' | 'del'> {
  const set: Fields = {};
  const prev: Fields = {};
  const add: Record<string, unknown[]> = {};
  const del: Record<string, unknown[]> = {};
  for (const [name, rule] of Object.entries(fieldsOf(coll))) {
    const [was, now] = [base[name], next[name]];
    if (same(was, now)) continue;
    if (rule.policy === 'set') {
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

/** The record that an operation is about: an addendum is about its encounter, everything else about itself. */
export function subjectOf(op: Pick<Operation, 'coll' | 'rec' | 'set'>): string {
  const encounter = op.coll === 'addenda' ? op.set?.['encounter'] : undefined;
  return typeof encounter === 'string' ? encounter : op.rec;
}
