import type { Fetch } from '../exchange/http';
import { platformFetch } from '../exchange/platform';
import { workerKdf, type Kdf } from '../vault/kdf';

/** What the app takes from its surroundings. Tests replace the clock, chance, the network and the page's own acts. */
export interface Parts {
  fetch: Fetch;
  /** '' in the app; the server's address in tests. */
  base: string;
  kdf: Kdf;
  now: () => number;
  random: () => number;
  /** Starts the page anew, so that nothing decrypted stays in memory. */
  reload: () => void;
  /** Asks the browser not to clear the storage when room is short. */
  keepStorage: () => void;
}

/** The parts in use. */
export const parts: Parts = {
  fetch: platformFetch,
  base: '',
  kdf: workerKdf,
  now: () => Date.now(),
  random: () => Math.random(),
  reload: () => location.reload(),
  keepStorage: () => void navigator.storage.persist().catch(() => false),
};

/** Replaces parts before boot. */
export function useParts(other: Partial<Parts>): void {
  Object.assign(parts, other);
}
