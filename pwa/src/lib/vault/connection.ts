/** What a database of idb lets us do here. */
interface Closable {
  close(): void;
}

/** How a browser says that the connection itself is gone, and not that a request was wrong. Safari closes it while the app is in the background. */
const LOST = new Set(['InvalidStateError', 'UnknownError', 'AbortError']);

const isLost = (error: unknown): boolean => error instanceof DOMException && LOST.has(error.name);

/**
 * A database that is opened again when the browser took it away.
 * A step is a whole transaction that may run twice: it may have reached the disk before the connection went.
 */
export class Connection<Db extends Closable> {
  readonly #opens: () => Promise<Db>;
  #opening: Promise<Db>;
  #closed = false;

  private constructor(opens: () => Promise<Db>, db: Db) {
    this.#opens = opens;
    this.#opening = Promise.resolve(db);
  }

  static async open<Db extends Closable>(opens: () => Promise<Db>): Promise<Connection<Db>> {
    return new Connection(opens, await opens());
  }

  /** Runs one step, and once more on a new connection when the old one was lost. */
  async use<T>(step: (db: Db) => Promise<T>): Promise<T> {
    const opening = this.#opening;
    try {
      return await step(await opening);
    } catch (error) {
      if (this.#closed || !isLost(error)) throw error;
      return step(await this.#reopen(opening));
    }
  }

  /** Steps that lost the same connection share the next one. */
  #reopen(lost: Promise<Db>): Promise<Db> {
    if (this.#opening === lost) {
      void lost.then((db) => db.close(), () => undefined);
      this.#opening = this.#opens();
    }
    return this.#opening;
  }

  /** Ends it; a step after this rejects. */
  close(): void {
    this.#closed = true;
    void this.#opening.then((db) => db.close(), () => undefined);
  }
}
