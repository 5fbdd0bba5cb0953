import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchForIdle } from './autolock';
import { editing } from './editing.svelte';

const IDLE_MS = 120_000;
let page: EventTarget & { hidden: boolean };
let locks: number;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  page = Object.assign(new EventTarget(), { hidden: false });
  vi.stubGlobal('document', page);
  const here = new EventTarget();
  vi.stubGlobal('addEventListener', here.addEventListener.bind(here));
  vi.stubGlobal('removeEventListener', here.removeEventListener.bind(here));
  locks = 0;
  stop = watchForIdle({ now: Date.now, idleMs: () => IDLE_MS, lock: () => void (locks += 1) });
});

afterEach(() => {
  stop();
  editing.clear();
  editing.keying = false;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function hides(hidden: boolean): void {
  page.hidden = hidden;
  page.dispatchEvent(new Event('visibilitychange'));
}

const locksAfter = (ms: number): boolean => {
  vi.advanceTimersByTime(ms);
  return locks > 0;
};

it('locks after two minutes without touch', () => {
  expect([locksAfter(119_000), locksAfter(2_000)]).toEqual([false, true]);
});

it('locks a minute after the page was hidden', () => {
  hides(true);
  expect([locksAfter(59_000), locksAfter(2_000)]).toEqual([false, true]);
});

it('locks at once when hidden with a record open', () => {
  editing.add({ flush: () => Promise.resolve() });
  hides(true);
  expect(locks).toBe(1);
});

it('leaves a pack that is keyed in from another window on the screen, for as long as any screen without touch', () => {
  editing.keying = true;
  hides(true);
  expect(locksAfter(110_000)).toBe(false);
  hides(false);
  hides(true);
  expect([locksAfter(9_000), locksAfter(2_000)]).toEqual([false, true]);
});
