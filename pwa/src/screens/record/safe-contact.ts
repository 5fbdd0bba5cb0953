import type { SafeContact } from '../../lib/casework/types';

/** The ways of contacting a person, each of which must be confirmed safe before it is shown. */
export const ways = ['phone', 'text', 'email', 'post', 'in_person'] as const;

/** The days of the week, in the order they are asked. */
export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Days after which safe contact has to be confirmed with the person again. */
const freshDays = 14;

/** What the rules of safe contact allow at this moment. `ways` is empty whenever nobody may contact the person. */
export interface Allowed {
  may: 'no' | 'through' | 'yes';
  ways: (typeof ways)[number][];
  /** Why not just now; undefined when now is a safe time. */
  blocked?: 'day' | 'hour';
  /** Whether it has to be confirmed with the person first: never checked, or too long ago. */
  stale: 'no' | 'old' | 'never';
  /** Whether a number may be shown: somebody asked that it is not an exploiter's. */
  number: boolean;
}

/** Applies the rules of safe contact at a moment of this phone's clock. Nothing recorded means: do not contact. */
export function allowedNow(safe: SafeContact | undefined, nowMs: number): Allowed {
  const may = safe?.may ?? 'no';
  return {
    may,
    ways: may === 'no' ? [] : ways.filter((way) => safe?.[way] === true),
    blocked: blockedAt(safe, new Date(nowMs)),
    stale: staleness(safe?.checked_on, nowMs),
    number: safe?.not_exploiters_number === true,
  };
}

function blockedAt(safe: SafeContact | undefined, now: Date): Allowed['blocked'] {
  const day = days[(now.getDay() + 6) % 7] ?? 'mon';
  if (safe?.days && safe.days.length > 0 && !safe.days.includes(day)) return 'day';
  const clock = `${String(now.getHours()).padStart(2, '0')}:${String(now.getMinutes()).padStart(2, '0')}`;
  return isWithin(clock, safe?.from, safe?.until) ? undefined : 'hour';
}

// Hours may run past midnight, such as 22:00 to 02:00.
function isWithin(clock: string, from = '00:00', until = '24:00'): boolean {
  return from <= until ? clock >= from && clock < until : clock >= from || clock < until;
}

function staleness(checkedOn: string | undefined, nowMs: number): Allowed['stale'] {
  const checkedMs = Date.parse(checkedOn ?? '');
  if (Number.isNaN(checkedMs)) return 'never';
  return nowMs - checkedMs > freshDays * 86_400_000 ? 'old' : 'no';
}
