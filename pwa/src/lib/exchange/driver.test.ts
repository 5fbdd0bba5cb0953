import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backOff, Driver } from './driver';
import { NoAnswer, Refused } from './http';
import { OtherTab } from './lock';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the wait after failures', () => {
  it.each([[1, 1_000], [2, 2_000], [9, 256_000], [10, 300_000], [1000, 300_000]])('after %i is at most %i ms', (failures, most) => {
    expect([backOff(failures, 0), backOff(failures, 1)]).toEqual([most / 2, most]);
  });
});

/** A driver whose runs fail in the given ways, then go well. */
function failing(...errors: Error[]): { driver: Driver; at: number[] } {
  const at: number[] = [];
  const started = Date.now();
  const run = (): Promise<void> => {
    at.push(Date.now() - started);
    const error = errors.shift();
    return error === undefined ? Promise.resolve() : Promise.reject(error);
  };
  return { driver: new Driver({ run, after: () => undefined, random: () => 1 }), at };
}

it('tries again for ever, later each time, and starts afresh after a success', async () => {
  const { driver, at } = failing(new NoAnswer('1'), new NoAnswer('2'), new NoAnswer('3'));
  await driver.now();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(at).toEqual([0, 1_000, 3_000, 7_000]);
});

it('soon takes its turn after another run, however long it was without signal', async () => {
  const { driver, at } = failing(...Array.from({ length: 9 }, () => new NoAnswer('no signal')), new OtherTab('it hands in locked work'));
  for (let tries = 0; tries < 10; tries++) await driver.now();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(at.slice(9)).toEqual([0, 1_000]);
});

it('runs at once when the signal is back, also while a run without it has not failed yet, and soon again when that was too early', async () => {
  const at: number[] = [];
  const fails: ((error: Error) => void)[] = [];
  const run = (): Promise<void> => {
    at.push(Date.now() - started);
    return at.length > 11 ? Promise.resolve() : new Promise((_, reject) => fails.push(reject));
  };
  const driver = new Driver({ run, after: () => undefined, random: () => 1 });
  const started = Date.now();
  for (let tries = 0; tries < 9; tries++) {
    const over = driver.now();
    fails.pop()?.(new NoAnswer('no signal'));
    await over;
  }
  void driver.now();
  await vi.advanceTimersByTimeAsync(2_000);
  void driver.signalBack();
  for (let tries = 0; tries < 2; tries++) {
    fails.pop()?.(new NoAnswer('the signal is too young'));
    await vi.advanceTimersByTimeAsync(0);
  }
  await vi.advanceTimersByTimeAsync(5_000);
  expect(at.slice(9)).toEqual([0, 2_000, 3_000]);
});

it('a call during a run that the server refuses waits as long as the server asks', async () => {
  const { driver, at } = failing(new Refused(429, {}, 9_000));
  await Promise.all([driver.now(), driver.signalBack()]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(at).toEqual([0, 9_000]);
});

it('waits as long as the server asks', async () => {
  const { driver, at } = failing(new Refused(429, {}, 9_000));
  await driver.now();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(at).toEqual([0, 9_000]);
});

it('runs once for several writes, once more for a call during a run, and not after it was stopped', async () => {
  const { driver, at } = failing();
  driver.soon();
  driver.soon();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(at).toEqual([300]);
  await Promise.all([driver.now(), driver.now()]);
  expect(at).toHaveLength(3);
  driver.stop();
  driver.soon();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(at).toHaveLength(3);
});
