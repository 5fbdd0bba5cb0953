import { date, time } from '../../lib/words/dates';
import { t, type Key } from '../../lib/words/words.svelte';
import { dayOf, workingDaysBetween } from './working-days';

/** What may be due on a referral. */
export type Clock = 'review' | 'send' | 'answer' | 'countersign';

/** The moments the server has set, of those that still matter in the state the referral is in. */
export interface Due {
  state?: string | undefined;
  review_due_ms?: number | undefined;
  send_due_ms?: number | undefined;
  answer_due_ms?: number | undefined;
  countersign_due_ms?: number | undefined;
  countersigned_by?: string | undefined;
}

const DAY_MS = 24 * 3_600_000;
const running: Record<string, Clock[]> = {
  submitted: ['review', 'send'],
  in_review: ['review'],
  approved: ['send'],
  sent: ['countersign', 'answer'],
  sent_urgent: ['countersign'],
  acknowledged: ['countersign', 'answer'],
  outcome_recorded: ['countersign'],
};

/** The clocks that run on a referral, the soonest first. A countersigned referral is not due for it again. */
export function clocksOf(one: Due): { clock: Clock; dueMs: number }[] {
  const found = (running[one.state ?? ''] ?? []).map((clock) => ({ clock, dueMs: one[`${clock}_due_ms`] ?? 0 }));
  const countersigned = (one.countersigned_by ?? '') !== '';
  return found.filter(({ clock, dueMs }) => dueMs > 0 && !(clock === 'countersign' && countersigned)).sort((a, b) => a.dueMs - b.dueMs);
}

/** When something is due, in plain words: today and the hour, tomorrow, a date, or how many working days ago. */
export function clockWords(clock: Clock, dueMs: number, nowMs: number): string {
  const when = { date: date(dueMs), time: time(dueMs) };
  const say = (way: string, n?: number): string => t(`clock.${clock}_${way}` as Key, n === undefined ? when : { ...when, n });
  if (nowMs > dueMs) {
    const late = workingDaysBetween(dueMs, nowMs);
    return late === 0 ? say('was') : say('late', late);
  }
  if (dayOf(dueMs) === dayOf(nowMs)) return say('today');
  return say(dayOf(dueMs) === dayOf(nowMs) + DAY_MS ? 'tomorrow' : 'on');
}

/** The moment by which the next thing has to happen; nothing due sorts last. */
export const nextDueMs = (one: Due): number => clocksOf(one)[0]?.dueMs ?? Number.MAX_SAFE_INTEGER;

/** Every running clock in words. */
export const clockLines = (one: Due, nowMs: number): string[] => clocksOf(one).map(({ clock, dueMs }) => clockWords(clock, dueMs, nowMs));
