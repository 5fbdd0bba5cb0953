import type { Option } from '../../lib/ui/form';
import { fromLocal } from '../record/local-time';

/** One thing that an act asks for. */
export interface Ask {
  /** The name of the argument. */
  name: string;
  kind: 'line' | 'text' | 'moment' | 'day' | 'choice' | 'tick';
  label: string;
  hint?: string;
  max?: number;
  options?: Option[];
  /** What stands in it at the start. A moment stands as a date and time input writes it. */
  value?: string | boolean;
  /** What to say when it is left empty; without it, it may be. */
  needed?: string;
}

/** What a person has filled in, by argument. */
export type Filled = Record<string, string | boolean>;

/** What stands in the fields at the start. */
export const startOf = (asks: readonly Ask[]): Filled => Object.fromEntries(asks.map((ask) => [ask.name, ask.value ?? (ask.kind === 'tick' ? false : '')]));

/** The arguments of the act: texts trimmed, moments in UTC, and nothing that was left empty. */
export function argsOf(asks: readonly Ask[], filled: Filled): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  for (const { name, kind } of asks) {
    const value = filled[name];
    if (value === true) args[name] = true;
    if (typeof value !== 'string' || value.trim() === '') continue;
    const written = kind === 'moment' ? fromLocal(value) : value.trim();
    if (written !== '') args[name] = written;
  }
  return args;
}

/** The asks that are needed and empty. */
export function missing(asks: readonly Ask[], filled: Filled): Ask[] {
  const args = argsOf(asks, filled);
  return asks.filter((ask) => ask.needed !== undefined && args[ask.name] === undefined);
}
