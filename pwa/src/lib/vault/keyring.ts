import { utf8, type Bytes } from '../casework/bytes';
import type { Kdf } from './kdf';
import type { Keyring, VaultDb } from './schema';

/** Wrong passphrases after which the readable copies are erased. */
export const MOST_TRIES = 10;
const FREE_TRIES = 3;

/** What came of a try: the data key, a wait, a wrong passphrase, or no keyring (never enrolled, or erased). */
export type Unlocked =
  | { kind: 'open'; key: CryptoKey }
  | { kind: 'wait'; untilMs: number; triesLeft: number }
  | { kind: 'wrong'; untilMs: number; triesLeft: number }
  | { kind: 'spent' }
  | { kind: 'none' };

type Derivation = Pick<Keyring, 'salt' | 'm' | 't' | 'devKey'>;

/** KEK = HKDF(Argon2id(NFKC(passphrase)) || HMAC(devKey, user)). */
export async function wrappingKey(kdf: Kdf, passphrase: string, user: string, from: Derivation): Promise<CryptoKey> {
  const stretched = await kdf({ password: utf8(passphrase.normalize('NFKC')), salt: from.salt, m: from.m, t: from.t });
  const here = new Uint8Array(await crypto.subtle.sign('HMAC', from.devKey, utf8(user)));
  const both: Bytes = new Uint8Array(stretched.length + here.length);
  both.set(stretched);
  both.set(here, stretched.length);
  const base = await crypto.subtle.importKey('raw', both, 'HKDF', false, ['deriveKey']);
  both.fill(0);
  stretched.fill(0);
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: from.salt, info: utf8('noddfa-vault/pass/1') };
  return crypto.subtle.deriveKey(algorithm, base, { name: 'AES-GCM', length: 256 }, false, ['wrapKey', 'unwrapKey']);
}

/** A new keyring, and its data key in a form that can be used but not read. */
export interface MadeKeyring {
  ring: Keyring;
  key: CryptoKey;
}

const unwrapWith = (wrapped: ArrayBuffer, key: CryptoKey, iv: Bytes): Promise<CryptoKey> =>
  crypto.subtle.unwrapKey('raw', wrapped, key, { name: 'AES-GCM', iv }, { name: 'AES-GCM' }, false, ['encrypt', 'decrypt']);

/** Makes a new data key and wraps it. The key itself is never kept outside the keyring. */
export async function makeKeyring(kdf: Kdf, passphrase: string, user: string, cost: { m: number; t: number }): Promise<MadeKeyring> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const devKey = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign']);
  const key = await wrappingKey(kdf, passphrase, user, { salt, devKey, ...cost });
  const data = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt']);
  const wrapped = await crypto.subtle.wrapKey('raw', data, key, { name: 'AES-GCM', iv });
  const ring: Keyring = { id: 'keyring', v: 1, salt, ...cost, devKey, iv, wrapped, tries: 0, untilMs: 0 };
  return { ring, key: await unwrapWith(wrapped, key, iv) };
}

/** How long to wait after the given number of wrong tries, in milliseconds. */
export const backOffMs = (tries: number): number => (tries > FREE_TRIES ? 1000 * 2 ** (tries - FREE_TRIES) : 0);

/** Opens the wrapped data key; null when the passphrase is wrong. */
export async function unwrap(kdf: Kdf, passphrase: string, user: string, ring: Keyring): Promise<CryptoKey | null> {
  const key = await wrappingKey(kdf, passphrase, user, ring);
  return unwrapWith(ring.wrapped, key, ring.iv).catch(() => null);
}

/** Counts a try before it is made, so that ending the app in the middle gains nothing. */
async function countTry(db: VaultDb, nowMs: number): Promise<Unlocked | Keyring> {
  const tx = db.transaction('keyring', 'readwrite', { durability: 'strict' });
  const ring = await tx.store.get('keyring');
  if (ring === undefined) return { kind: 'none' };
  if (ring.tries >= MOST_TRIES) return { kind: 'spent' };
  // A clock set back must not lengthen the wait without end.
  const untilMs = Math.min(ring.untilMs, nowMs + backOffMs(ring.tries));
  if (nowMs < untilMs) return { kind: 'wait', untilMs, triesLeft: MOST_TRIES - ring.tries };
  const tries = ring.tries + 1;
  const counted = { ...ring, tries, untilMs: nowMs + backOffMs(tries) };
  await tx.store.put(counted);
  await tx.done;
  return counted;
}

/** Tries a passphrase. `spent` asks the caller to erase what can be read. */
export async function tryPassphrase(db: VaultDb, kdf: Kdf, passphrase: string, user: string, nowMs: number): Promise<Unlocked> {
  const ring = await countTry(db, nowMs);
  if ('kind' in ring) return ring;
  const key = await unwrap(kdf, passphrase, user, ring);
  if (key !== null) {
    await db.put('keyring', { ...ring, tries: 0, untilMs: 0 });
    return { kind: 'open', key };
  }
  if (ring.tries >= MOST_TRIES) return { kind: 'spent' };
  return { kind: 'wrong', untilMs: ring.untilMs, triesLeft: MOST_TRIES - ring.tries };
}
