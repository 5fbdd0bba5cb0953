import { Driver } from '../exchange/driver';
import { Exchange } from '../exchange/exchange';
import { inOneTab } from '../exchange/lock';
import { Vault, type VaultParts } from '../vault/vault';
import { current, server } from './current';
import { parts } from './parts';

const EVERY_MS = 60_000;
let driver: Driver | null = null;
let stopListening: (() => void) | null = null;

const silent = { hello: () => Promise.resolve(), settled: () => undefined, rows: () => undefined, progress: () => undefined };

/** Hands in the sealed work of one slot with its device's signature. An order to wipe is obeyed. */
async function handIn(slot: string, vaultParts: VaultParts): Promise<void> {
  const vault = await Vault.open(slot, vaultParts);
  try {
    if ((await vault.meta())?.registered !== true) return;
    const exchange = new Exchange({ server: server(), work: vault, listener: silent, app: __APP_VERSION__, now: parts.now });
    if ((await exchange.run(null)) === 'wipe') await vault.wipe();
  } finally {
    vault.close();
  }
}

/** Hands in what every user of the phone left sealed, but for the one who is let in. */
export function handInLocked(slots: () => Promise<string[]>, vaultParts: VaultParts, after: () => Promise<void>): void {
  stopHandIn();
  const run = async (): Promise<void> => {
    for (const slot of await slots()) {
      // The open one exchanges by itself.
      if (current.open?.vault.slot !== slot) await handIn(slot, vaultParts);
    }
    await after();
  };
  const mine = new Driver({ run: () => inOneTab(run), after: () => undefined, random: parts.random });
  driver = mine;
  const again = (): void => void mine.now();
  const timer = setInterval(again, EVERY_MS);
  const back = (): void => void mine.signalBack();
  if (typeof document !== 'undefined') addEventListener('online', back);
  stopListening = () => {
    clearInterval(timer);
    if (typeof document !== 'undefined') removeEventListener('online', back);
  };
  again();
}

/** Ends the hand-in from the lock screen. */
export function stopHandIn(): void {
  driver?.stop();
  stopListening?.();
  driver = null;
  stopListening = null;
}
