/** Something open for editing that can be saved at once. */
export interface Saver {
  flush: () => Promise<void>;
}

const LOCK = 'noddfa-editing';

const locks = (): LockManager | undefined => (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;

/** The records open for editing. While there is one, the app locks as soon as it is hidden, and no tab takes an update. */
class Editing {
  readonly #open = new Set<Saver>();
  readonly #beside = new Set<Saver>();
  #release: (() => void) | null = null;
  count = $state(0);
  /** A pack is on the screen, to be keyed in elsewhere. */
  keying = false;

  add(saver: Saver): void {
    this.#open.add(saver);
    this.#changed();
  }

  /** Adds something that is saved with the rest and is no record: it may be left for another window. */
  addBeside(saver: Saver): void {
    this.#beside.add(saver);
  }

  remove(saver: Saver): void {
    this.#open.delete(saver);
    this.#beside.delete(saver);
    this.#changed();
  }

  /** Saves everything that is open. */
  async flush(): Promise<void> {
    await Promise.allSettled([...this.#open, ...this.#beside].map((saver) => saver.flush()));
  }

  /** Lets go of everything, after a lock. */
  clear(): void {
    this.#open.clear();
    this.#beside.clear();
    this.#changed();
  }

  #changed(): void {
    this.count = this.#open.size;
    if (this.count === 0) {
      this.#release?.();
      this.#release = null;
    } else if (this.#release === null) {
      const held = new Promise<void>((resolve) => (this.#release = resolve));
      void locks()?.request(LOCK, { mode: 'shared' }, () => held);
    }
  }
}

export const editing = new Editing();

/** Whether any tab of the app has a record open. */
export async function editedAnywhere(): Promise<boolean> {
  if (editing.count > 0) return true;
  return (await locks()?.request(LOCK, { ifAvailable: true }, (lock) => lock === null)) ?? false;
}
