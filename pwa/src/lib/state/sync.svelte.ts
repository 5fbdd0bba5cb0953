import type { HelloAnswer } from '../casework/sync';
import { Driver } from '../exchange/driver';
import { Exchange, type Credentials } from '../exchange/exchange';
import { NoAnswer } from '../exchange/http';
import { inOneTab, OtherTab } from '../exchange/lock';
import { note } from '../log';
import type { Vault } from '../vault/vault';
import { tell } from './channel';
import { loadRows, loadWork } from './contents.svelte';
import { server, wordFor } from './current';
import { parts } from './parts';
import { sync } from './status.svelte';

/** What the session does about news from the server. */
export interface Session {
  /** Null hands in with the device's signature, which needs no key. */
  credentials: () => Credentials;
  hello: (answer: HelloAnswer) => Promise<void>;
  wipe: () => Promise<void>;
  signInNeeded: () => void;
  contact: () => void;
  /** False when the lease has ended. */
  mayRead: () => boolean;
  /** Called after each run, also a failed one: the lease may have ended meanwhile. */
  silence: () => Promise<void>;
}

const EVERY_MS = 60_000;
let driver: Driver | null = null;
let unlisten: (() => void) | null = null;

/** Reads the phone's own work again and tells the other tabs. */
export async function workChanged(vault: Vault): Promise<void> {
  sync.waiting = await vault.waiting();
  await loadWork(vault);
  tell({ kind: 'work', slot: vault.slot });
}

/** Says that something was written here and should go out soon. */
export async function wroteLocally(vault: Vault): Promise<void> {
  await workChanged(vault);
  driver?.soon();
}

function exchangeFor(vault: Vault, session: Session): Exchange {
  const quietly = (reading: Promise<void>): void => void reading.catch(() => note('sync.read_failed'));
  return new Exchange({
    server: server(),
    work: vault,
    app: __APP_VERSION__,
    now: parts.now,
    listener: {
      hello: session.hello,
      settled: () => quietly(workChanged(vault)),
      rows: (names) => {
        quietly(session.mayRead() ? loadRows(vault, names) : loadWork(vault));
        tell({ kind: 'rows', slot: vault.slot, names });
      },
      progress: (phase, done, total) => Object.assign(sync, { phase, done, total }),
    },
  });
}

async function runOnce(exchange: Exchange, vault: Vault, session: Session): Promise<void> {
  sync.busy = true;
  try {
    const result = await exchange.run(session.credentials());
    if (result === 'wipe') await session.wipe();
    else if (result === 'sign_in') session.signInNeeded();
    else session.contact();
  } finally {
    sync.waiting = await vault.waiting();
    const meta = await vault.meta();
    Object.assign(sync, { lastContactMs: meta?.lastContactMs ?? 0, ready: meta?.complete === true, busy: false, phase: 'idle', done: 0, total: 0 });
    await session.silence();
  }
}

function afterRun(error: unknown): void {
  if (error instanceof OtherTab) return;
  // A hotspot's page is an answer: the person has to be told to sign in there.
  sync.online = !(error instanceof NoAnswer) || error.foreign;
  sync.problem = error === null || error instanceof NoAnswer && !error.foreign ? '' : wordFor(error);
  if (error !== null) note(`sync.${error instanceof Error ? error.name : 'unknown'}`);
}

/** Starts exchanging for one vault: now, when signal or the page returns, after each write, and every minute while visible. */
export function startSync(vault: Vault, session: Session): void {
  stopSync();
  const exchange = exchangeFor(vault, session);
  const mine = new Driver({ run: () => inOneTab(() => runOnce(exchange, vault, session)), after: afterRun, random: parts.random });
  driver = mine;
  unlisten = listenToPage(mine);
  void mine.now();
}

function listenToPage(mine: Driver): () => void {
  if (typeof document === 'undefined') return () => undefined;
  const visible = (): void => {
    if (!document.hidden) void mine.now();
  };
  const back = (): void => void mine.signalBack();
  const offline = (): void => void (sync.online = false);
  addEventListener('online', back);
  addEventListener('offline', offline);
  document.addEventListener('visibilitychange', visible);
  const timer = setInterval(visible, EVERY_MS);
  return () => {
    removeEventListener('online', back);
    removeEventListener('offline', offline);
    document.removeEventListener('visibilitychange', visible);
    clearInterval(timer);
  };
}

/** Ends the exchange. */
export function stopSync(): void {
  driver?.stop();
  driver = null;
  unlisten?.();
  unlisten = null;
}

/** Exchanges now; resolves when the run is over. */
export async function syncNow(): Promise<void> {
  await driver?.now();
}

export { sync } from './status.svelte';
export { applyUpdate } from './updates.svelte';
