import { beforeAll, describe, expect, it, vi } from 'vitest';
import { loadWords, setLang } from '../../lib/words/words.svelte';
import { clockLines, clocksOf, clockWords, nextDueMs } from './clocks';
import { isWorkingDay, dayOf, workingDaysBetween } from './working-days';

beforeAll(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('document', { documentElement: { lang: '' } });
  await loadWords('desk');
});

const at = (day: string, hour = 9, minute = 0): number => {
  const [y = 0, m = 0, d = 0] = day.split('-').map(Number);
  return new Date(y, m - 1, d, hour, minute).getTime();
};

// Thursday 26 November 2026, nine in the morning.
const now = at('2026-11-26');

describe('a clock in words', () => {
  it.each([
    ['today', at('2026-11-26', 15), 'Review due today 15:00'],
    ['tomorrow', at('2026-11-27', 9, 5), 'Review due tomorrow 09:05'],
    ['later', at('2026-11-30', 12), 'Review due 30 November 2026, 12:00'],
    ['this very minute', now, 'Review due today 09:00'],
    ['this morning', at('2026-11-26', 8), 'Review was due 26 November 2026, 08:00'],
    ['yesterday', at('2026-11-25', 17), 'Review late by 1 working day'],
    ['last week', at('2026-11-20', 17), 'Review late by 4 working days'],
  ])('due %s', (_, dueMs, want) => {
    expect(clockWords('review', dueMs, now)).toBe(want);
  });

  it('is not late by a working day over a weekend', () => {
    expect(clockWords('send', at('2026-11-27', 17), at('2026-11-29', 12))).toBe('Sending was due 27 November 2026, 17:00');
  });

  it('never blames anybody for the silence of another body', () => {
    expect(clockWords('answer', at('2026-11-25'), now)).toBe('No answer 1 working day after it was expected');
  });

  it('speaks Welsh, with its plurals', async () => {
    await setLang('cy');
    expect([clockWords('review', at('2026-11-26', 15), now), clockWords('review', at('2026-11-24', 17), now)]).toEqual([
      'Adolygiad i fod erbyn 15:00 heddiw', 'Adolygiad 2 ddiwrnod gwaith yn hwyr',
    ]);
    await setLang('en');
  });
});

describe('the clocks of a referral', () => {
  const due = { review_due_ms: now + 1, send_due_ms: now + 2, answer_due_ms: now + 3, countersign_due_ms: now + 4 };

  it.each([
    ['draft', []],
    ['submitted', ['review', 'send']],
    ['in_review', ['review']],
    ['approved', ['send']],
    ['sent', ['answer', 'countersign']],
    ['sent_urgent', ['countersign']],
    ['acknowledged', ['answer', 'countersign']],
    ['closed', []],
  ])('in %s', (state, want) => {
    expect(clocksOf({ state, ...due }).map(({ clock }) => clock)).toEqual(want);
  });

  it('ends the countersignature when it is given', () => {
    expect(clockLines({ state: 'sent', countersign_due_ms: now, countersigned_by: 'someone' }, now)).toEqual([]);
  });

  it('puts what is due first in front, and what is not due last', () => {
    const items = [{ state: 'closed' }, { state: 'approved', send_due_ms: 5 }, { state: 'submitted', review_due_ms: 3 }];
    expect(items.sort((a, b) => nextDueMs(a) - nextDueMs(b)).map(({ state }) => state)).toEqual(['submitted', 'approved', 'closed']);
  });
});

describe('working days', () => {
  const holidays = (year: number): string[] =>
    Array.from({ length: 366 }, (_, i) => new Date(year, 0, 1 + i)).filter((d) => d.getFullYear() === year && ![0, 6].includes(d.getDay()) && !isWorkingDay(dayOf(d.getTime())))
      .map((d) => `${d.getMonth() + 1}-${d.getDate()}`);

  it.each([
    [2026, ['1-1', '4-3', '4-6', '5-4', '5-25', '8-31', '12-25', '12-28']],
    [2027, ['1-1', '3-26', '3-29', '5-3', '5-31', '8-30', '12-27', '12-28']],
    [2028, ['1-3', '4-14', '4-17', '5-1', '5-29', '8-28', '12-25', '12-26']],
    [2033, ['1-3', '4-15', '4-18', '5-2', '5-30', '8-29', '12-26', '12-27']],
  ])('know the bank holidays of %d', (year, want) => {
    expect(holidays(year)).toEqual(want);
  });

  it('leave out the whole of Christmas', () => {
    expect(workingDaysBetween(at('2026-12-24', 17), at('2026-12-29', 9))).toBe(1);
  });
});
