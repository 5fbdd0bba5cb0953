/** Something open for editing that can be saved at once. */
export interface Saver {
  flush: () => Promise<void>;
}

/** The records open for editing. While there is one, the app locks as soon as it is hidden and takes no update. */
class Editing {
  readonly #open = new Set<Saver>();
  count = $state(0);

  add(saver: Saver): void {
    this.#open.add(saver);
    this.count = this.#open.size;
  }

  remove(saver: Saver): void {
    this.#open.delete(saver);
    this.count = this.#open.size;
  }

  /** Saves everything that is open. */
  async flush(): Promise<void> {
    await Promise.allSettled([...this.#open].map((saver) => saver.flush()));
  }

  /** Lets go of everything, after a lock. */
  clear(): void {
    this.#open.clear();
    this.count = 0;
  }
}

export const editing = new Editing();
