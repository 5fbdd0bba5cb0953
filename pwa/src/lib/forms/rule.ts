import type { Rule } from './types';

/** Gives an answer, or undefined when there is none. */
export type Get = (key: string) => unknown;

const day = /^\d{4}-\d\d-\d\d$/;
/** Whether a text has the shape YYYY-MM-DD. */
export const isDay = (value: unknown): value is string => typeof value === 'string' && day.test(value);

export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Texts, numbers and truth values can be the same; nothing else ever is. */
const same = (a: unknown, b: unknown): boolean => a === b && (typeof a === 'string' || typeof a === 'number' || typeof a === 'boolean');

/** Numbers have an order, and dates YYYY-MM-DD; other texts have none: the server would sort them another way. */
function compare(a: unknown, b: unknown): number {
  if ((typeof a === 'number' && typeof b === 'number') || (isDay(a) && isDay(b))) return a < b ? -1 : a > b ? 1 : 0;
  return NaN;
}

const inside = (item: unknown): Get => (key) =>
  typeof item === 'object' && item !== null && !Array.isArray(item) && Object.hasOwn(item, key) ? (item as Record<string, unknown>)[key] : undefined;

type Comparison = (value: unknown, arg: unknown) => boolean;

const comparisons: Record<string, Comparison> = {
  answered: (value) => value !== '' && !(Array.isArray(value) && value.length === 0),
  eq: same,
  in: (value, arg) => list(arg).some((one) => same(one, value)),
  has: (value, arg) => list(value).some((one) => same(one, arg)),
  count: (value, arg) => list(value).length >= (arg as number),
  lt: (value, arg) => compare(value, arg) < 0,
  lte: (value, arg) => compare(value, arg) <= 0,
  gt: (value, arg) => compare(value, arg) > 0,
  gte: (value, arg) => compare(value, arg) >= 0,
  some: (value, arg) => list(value).some((one) => holds(arg as Rule, inside(one))),
};

/** Whether a rule holds. No answer makes every comparison false. */
export function holds(rule: Rule, get: Get): boolean {
  const [op, first, second] = rule;
  if (op === 'all' || op === 'any') {
    for (let i = 1; i < rule.length; i++) if (holds(rule[i] as Rule, get) !== (op === 'all')) return op !== 'all';
    return op === 'all';
  }
  if (op === 'not') return !holds(first as Rule, get);
  const value = get(first as string);
  const comparison = comparisons[op];
  if (comparison === undefined) throw new Error(`a rule has the operation ${op}`);
  return value !== undefined && value !== null && comparison(value, second);
}

/** The operation of a rule that this version of the app does not know, or undefined. */
export function strange(rule: Rule): string | undefined {
  const [op, first, second] = rule;
  if (op === 'all' || op === 'any' || op === 'not') return rule.slice(1).map((one) => strange(one as Rule)).find((one) => one !== undefined);
  if (op === 'some') return strange(second as Rule);
  return Object.hasOwn(comparisons, op) && typeof first === 'string' ? undefined : op;
}
