import { editing } from './editing.svelte';

const HIDDEN_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

/** When to lock. `idleMs` is asked anew each time, because the setting may change. */
export interface AutoLock {
  now: () => number;
  idleMs: () => number;
  lock: () => void;
}

/**
 * Locks after a time without touch, typing or reading on, a minute after the page was hidden, and at once when hidden with a record open.
 * Who keys a pack in goes to and fro between two windows, so with a pack on the screen only the time without touch counts.
 * Timers stand still in the background, so the time is compared again when the page returns.
 */
export function watchForIdle({ now, idleMs, lock }: AutoLock): () => void {
  let touched = now();
  let hiddenAt = document.hidden ? now() : 0;
  const touch = (): void => {
    if (now() - touched > idleMs()) lock();
    touched = now();
  };
  const look = (): void => {
    const idle = now() - touched > idleMs();
    const hidden = hiddenAt > 0 && !editing.keying && now() - hiddenAt > HIDDEN_MS;
    if (idle || hidden) lock();
  };
  const seen = (): void => {
    if (document.hidden && editing.count > 0) return lock();
    look();
    hiddenAt = document.hidden ? now() : 0;
  };
  const leave = (): void => void editing.flush();
  const acts = ['pointerdown', 'pointermove', 'wheel', 'keydown', 'input'] as const;
  for (const act of acts) addEventListener(act, touch, { passive: true, capture: true });
  document.addEventListener('visibilitychange', seen);
  addEventListener('pagehide', leave);
  const timer = setInterval(look, LOOK_EVERY_MS);
  return () => {
    for (const act of acts) removeEventListener(act, touch, { capture: true });
    document.removeEventListener('visibilitychange', seen);
    removeEventListener('pagehide', leave);
    clearInterval(timer);
  };
}
