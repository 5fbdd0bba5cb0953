import { NoAnswer, Refused } from './http';
import { OtherTab } from './lock';

/** How the driver is built; only tests replace anything. */
export interface DriverParts {
  /** One whole run of the exchange. */
  run: () => Promise<void>;
  /** Told after each run: null when it went well. */
  after: (error: unknown) => void;
  random: () => number;
}

const SHORTEST_MS = 1_000;
const LONGEST_MS = 300_000;
const SOON_MS = 300;

/** The wait after the nth failure in a row: doubled each time, up to five minutes, spread so that phones do not come all at once. */
export function backOff(failures: number, random: number): number {
  const full = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.round(full * (0.5 + random / 2));
}

/** Runs the exchange when something asks for it, one run at a time, and tries again for ever when it fails. */
export class Driver {
  readonly #parts: DriverParts;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;
  #again = false;
  #failures = 0;
  #stopped = false;

  constructor(parts: DriverParts) {
    this.#parts = parts;
  }

  /** Runs a moment from now, so that several writes go together. */
  soon(): void {
    this.#schedule(SOON_MS);
  }

  /** Runs now; resolves when the run is over. A run that is under way is followed by another. */
  async now(): Promise<void> {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    if (this.#running !== null) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#cycle();
    try {
      await this.#running;
    } finally {
      this.#running = null;
    }
  }

  /** Runs now, because the signal is back. What failed without it says nothing about how long to wait from here on. */
  signalBack(): Promise<void> {
    this.#failures = 0;
    return this.now();
  }

  /** Ends for good. A run under way comes to its own end. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(ms: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.now(), ms);
  }

  #waitAfter(error: unknown): number {
    // Nothing failed: another run had its turn, as the one for locked work does when signal comes back.
    if (error instanceof OtherTab) return SHORTEST_MS;
    this.#failures += 1;
    const asked = error instanceof Refused ? error.retryAfterMs : 0;
    return Math.max(Math.min(asked, LONGEST_MS), backOff(this.#failures, this.#parts.random()));
  }

  async #cycle(): Promise<void> {
    do {
      this.#again = false;
      try {
        await this.#parts.run();
        this.#failures = 0;
        this.#parts.after(null);
      } catch (error) {
        this.#parts.after(error);
        // Asked for meanwhile, most likely because the signal came back under a run that began without it.
        if (this.#again && error instanceof NoAnswer) continue;
        this.#schedule(this.#waitAfter(error));
        return;
      }
    } while (this.#again && !this.#stopped);
  }
}
