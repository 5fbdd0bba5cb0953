import { describe, expect, it } from 'vitest';
import { allowedNow } from './safe-contact';

// A Monday, 10:30.
const now = new Date(2026, 10, 23, 10, 30).getTime();

it('means do not contact when nothing is recorded', () => {
  expect(allowedNow(undefined, now)).toEqual({ may: 'no', ways: [], blocked: undefined, stale: 'never', number: false });
});

it('shows no way that is not confirmed, and none at all under do not contact', () => {
  expect(allowedNow({ may: 'yes', phone: true, text: false }, now).ways).toEqual(['phone']);
  expect(allowedNow({ may: 'no', phone: true }, now).ways).toEqual([]);
});

describe('safe times', () => {
  it.each([
    ['any time', {}, undefined],
    ['another day', { days: ['tue'] }, 'day'],
    ['this day', { days: ['mon'] }, undefined],
    ['before the hours', { from: '11:00', until: '12:00' }, 'hour'],
    ['at their start', { from: '10:30', until: '12:00' }, undefined],
    ['at their end', { from: '09:00', until: '10:30' }, 'hour'],
    ['past midnight, outside', { from: '22:00', until: '02:00' }, 'hour'],
    ['past midnight, inside', { from: '22:00', until: '11:00' }, undefined],
    ['from only', { from: '10:00' }, undefined],
    ['until only', { until: '10:00' }, 'hour'],
  ])('%s', (_, safe, want) => {
    expect(allowedNow({ may: 'yes', ...safe }, now).blocked).toBe(want);
  });
});

it.each([['2026-11-20', 'no'], ['2026-11-09', 'old'], ['2026-11-10', 'no'], [undefined, 'never'], ['soon', 'never']])('confirmed on %s is stale: %s', (checked_on, want) => {
  expect(allowedNow({ may: 'yes', checked_on }, now).stale).toBe(want);
});
