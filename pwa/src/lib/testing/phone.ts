import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { argon2id } from 'hash-wasm';
import { newId } from '../casework/ids';
import type { Operation } from '../casework/types';
import { Exchange, type Credentials, type Listener } from '../exchange/exchange';
import { Server, type Fetch } from '../exchange/http';
import type { Kdf } from '../vault/kdf';
import { Vault } from '../vault/vault';

/** The real Argon2id, in this process instead of a worker. */
export const inProcessKdf: Kdf = async ({ password, salt, m, t }) =>
  new Uint8Array(await argon2id({ password, salt, memorySize: m, iterations: t, parallelism: 1, hashLength: 32, outputType: 'binary' }));

/** Starts with an empty disk. */
export function emptyDisk(): void {
  globalThis.indexedDB = new IDBFactory();
}

/** A clock that a test moves. */
export class Clock {
  ms = 1_795_449_600_000;
  readonly now = (): number => this.ms;
}

export const PASSPHRASE = 'four plain words here';

/** Opens a slot's vault as one tab of the app does. */
export const openTab = (slot: string, clock: Clock): Promise<Vault> => Vault.open(slot, { kdf: inProcessKdf, now: clock.now });

/** Enrols a user on an empty disk. The calibration sees a clock that stands still, and so takes one pass. */
export async function enrolled(slot: string, user: string, clock: Clock): Promise<Vault> {
  const vault = await openTab(slot, clock);
  await vault.enrol(user, PASSPHRASE);
  return vault;
}

export const quiet: Listener = { hello: () => Promise.resolve(), settled: () => undefined, rows: () => undefined, progress: () => undefined };

/** The exchange of one tab. */
export const exchangeOf = (vault: Vault, fetch: Fetch, clock: Clock, base = 'http://peer.test'): Exchange =>
  new Exchange({ server: new Server(fetch, base, 2_000), work: vault, listener: quiet, app: '0.1.0', now: clock.now });

export const CREDENTIALS: Credentials = { token: 'token', deviceName: 'Work phone' };

/** A new record with one field, as its operation. */
export function creation(user: string, set: Record<string, unknown> = { narrative: 'x' }, rec: string = newId()): Operation {
  return { v: 1, user, kind: 'create', coll: 'encounters', rec, base_rev: 0, set, cmd: { name: 'submit', args: {} }, at_ms: 1, tz: 'Europe/London' };
}

/** Saves a new record and gives its id. */
export async function saveRecord(vault: Vault, user: string, set?: Record<string, unknown>, danger = false): Promise<string> {
  const op = creation(user, set);
  if ((await vault.save({ op, subject: op.rec, danger, fromDraft: null })) === null) throw new Error('too large');
  return op.rec;
}
