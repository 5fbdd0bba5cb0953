/**
 * A second sign, outside IndexedDB, that this phone was set up once. It tells a first run from a store that the browser threw away.
 * It says nothing about anyone, and lies where browsers clear last.
 */
const NAME = 'in-use';

const storage = (): Storage | undefined => (globalThis as { localStorage?: Storage }).localStorage;

/** Leaves the sign. A browser that keeps nothing here loses only the explanation. */
export function markInUse(): void {
  try {
    storage()?.setItem(NAME, '1');
  } catch {
    // Without the sign a lost store looks like a first run, and nothing else changes.
  }
}

/** Whether the sign is there. */
export function wasInUse(): boolean {
  try {
    return storage()?.getItem(NAME) === '1';
  } catch {
    return false;
  }
}
