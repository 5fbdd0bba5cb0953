import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Bytes } from '../casework/bytes';
import type { OutboxOp, Sealed, SyncMeta, Verdict } from '../casework/sync';

/** A value encrypted under the data key. */
export interface Boxed {
  iv: Bytes;
  ct: ArrayBuffer;
}

/** The data key, wrapped by the passphrase, and the count of wrong ones. */
export interface Keyring {
  id: 'keyring';
  v: 1;
  salt: Bytes;
  /** Argon2id memory in KiB. */
  m: number;
  /** Argon2id passes. */
  t: number;
  /** Non-extractable HMAC key: ciphertext copied off this phone by script cannot be tried elsewhere. */
  devKey: CryptoKey;
  iv: Bytes;
  wrapped: ArrayBuffer;
  tries: number;
  untilMs: number;
}

/** A feed row at rest. */
export interface BoxedRow extends Boxed {
  name: string;
  c: string;
  i: string;
  r: number;
  v: number[];
  g: number;
}

/** The readable copy of an operation, and its verdict once there is one. */
export interface BoxedOverlay extends Boxed {
  op_id: string;
  subject: string;
  verdict?: Verdict;
}

/** A draft: the readable copy (absent after a wipe) and the sealed one (absent once it is gone). */
export interface StoredDraft {
  rec: string;
  n: number;
  sentN: number;
  box?: Boxed;
  sealed?: Sealed;
}

/** An operation with a verdict, kept until the server's copies are safe. */
export interface KeptOp extends OutboxOp {
  commit: number;
  keptMs: number;
}

/** One database per user of the phone. Nothing in it can be read without the passphrase but opaque ids and numbers. */
export interface VaultSchema extends DBSchema {
  meta: { key: string; value: SyncMeta | CryptoKeyPair | Boxed };
  keyring: { key: string; value: Keyring };
  rows: { key: string; value: BoxedRow; indexes: { scope: number; gen: number } };
  outbox: { key: string; value: OutboxOp; indexes: { seq: number } };
  kept: { key: string; value: KeptOp };
  overlays: { key: string; value: BoxedOverlay };
  drafts: { key: string; value: StoredDraft };
}

/** An open vault database. */
export type VaultDb = IDBPDatabase<VaultSchema>;

/** Opens, or makes, the database of one slot. */
export function openVaultDb(slot: string): Promise<VaultDb> {
  return openDB<VaultSchema>(`noddfa-${slot}`, 1, {
    upgrade(db) {
      db.createObjectStore('meta');
      db.createObjectStore('keyring', { keyPath: 'id' });
      const rows = db.createObjectStore('rows', { keyPath: 'name' });
      rows.createIndex('scope', 'v', { multiEntry: true });
      rows.createIndex('gen', 'g');
      db.createObjectStore('outbox', { keyPath: 'op_id' }).createIndex('seq', 'seq');
      db.createObjectStore('kept', { keyPath: 'op_id' });
      db.createObjectStore('overlays', { keyPath: 'op_id' });
      db.createObjectStore('drafts', { keyPath: 'rec' });
    },
    // A newer version of the app wants to change the database: let go of it, so that it is not held up.
    blocking(_from, _to, event) {
      (event.target as IDBDatabase).close();
    },
  });
}

/** A user enrolled on this phone. `signedOut` ones are not offered on the lock screen, but their sealed work still goes in. */
export interface Profile {
  slot: string;
  initials: string;
  user: string;
  signedOut: boolean;
}

interface ProfilesSchema extends DBSchema {
  profiles: { key: string; value: Profile };
  choices: { key: string; value: string };
}

/** The database shared by every user of the phone. */
export type ProfilesDb = IDBPDatabase<ProfilesSchema>;

/** Opens, or makes, the list of profiles. */
export function openProfilesDb(): Promise<ProfilesDb> {
  return openDB<ProfilesSchema>('noddfa-profiles', 1, {
    upgrade(db) {
      db.createObjectStore('profiles', { keyPath: 'slot' });
      db.createObjectStore('choices');
    },
  });
}
