import type { Bytes } from '../casework/bytes';
import { newId } from '../casework/ids';
import type { Batch, BatchLimit, Chunk, PushAnswer, Sealed, SyncMeta, Verdict } from '../casework/sync';
import type { Operation, Row } from '../casework/types';
import { Box } from './box';
import { Connection } from './connection';
import { makeSigner, publicPoint, signHandIn } from './device';
import { applyChunk, rowName, type PreparedLine } from './feed';
import { calibrate, type Kdf } from './kdf';
import { makeKeyring, tryPassphrase, type Unlocked } from './keyring';
import { changeMeta, everyWord, STRICT, WORDS } from './meta';
import { adoptEpoch, appendOp, becomeNewDevice, discard, fillGap, MOST_SEALED, putDraft, settle, takeBatch } from './outbox';
import { openVaultDb, type BoxedRow, type Keyring, type VaultDb } from './schema';
import { sealDraft, sealOperation } from './seal';
import { wipe } from './wipe';

/** What the vault is built with; only tests replace anything. */
export interface VaultParts {
  kdf: Kdf;
  now: () => number;
}

/** A readable copy of an operation, with its verdict once there is one. */
export interface Overlay {
  op_id: string;
  subject: string;
  op: Operation;
  verdict?: Verdict;
}

/** A draft as the screen needs it. */
export interface DraftContent {
  /** What kind of record it is of; absent for an encounter. */
  coll?: string;
  base_rev: number;
  /** The row the author looked at when the draft began; absent for a new record. */
  base?: Record<string, unknown>;
  /** The author's fields as they are now; an absent one is empty. */
  value: Record<string, unknown>;
  at_ms: number;
}

/** An operation to save, before it is sealed. */
export interface NewOp {
  op: Operation;
  subject: string;
  danger: boolean;
  fromDraft: string | null;
  /** True when it is made of a stored draft of its subject: saving rejects with `DraftEnded` when that is not there any more. */
  ofStored?: boolean;
}

/** One user's store on this phone. What needs the data key rejects while it is locked; handing in does not need it. */
export class Vault {
  readonly slot: string;
  readonly #db: Connection<VaultDb>;
  readonly #parts: VaultParts;
  #box: Box | null = null;

  private constructor(slot: string, db: Connection<VaultDb>, parts: VaultParts) {
    this.slot = slot;
    this.#db = db;
    this.#parts = parts;
  }

  static async open(slot: string, parts: VaultParts): Promise<Vault> {
    return new Vault(slot, await Connection.open(() => openVaultDb(slot)), parts);
  }

  close(): void {
    this.lock();
    this.#db.close();
  }

  /** The exchange state; undefined before enrolment. */
  async meta(): Promise<SyncMeta | undefined> {
    return (await this.#db.use((db) => db.get('meta', 'sync'))) as SyncMeta | undefined;
  }

  changeMeta(change: Partial<SyncMeta>): Promise<SyncMeta> {
    return this.#db.use((db) => changeMeta(db, (meta) => ({ ...meta, ...change })));
  }

  /** Makes the keyring, and on a first enrolment the device. On a later one the device and its unsent work go on, and what the old key closed is erased. Leaves the vault open. */
  async enrol(user: string, passphrase: string): Promise<void> {
    const cost = await calibrate(this.#parts.kdf, this.#parts.now);
    const { ring, key } = await makeKeyring(this.#parts.kdf, passphrase, user, cost);
    const signer = await makeSigner();
    // Set up again after a forgotten passphrase: what the old key closed can never be opened, so it goes and the feed brings it anew.
    if ((await this.meta()) !== undefined) await this.wipe();
    await this.#db.use((db) => keepKeyring(db, user, ring, signer));
    this.#box = new Box(user, key);
  }

  /** Says that the set-up is whole: the server's key is here, and so is the profile. */
  async finishEnrolment(): Promise<void> {
    await this.changeMeta({ wiped: false });
  }

  get isOpen(): boolean {
    return this.#box !== null;
  }

  /** Tries a passphrase; the tenth wrong one erases what can be read. */
  async unlock(passphrase: string): Promise<Unlocked> {
    const meta = await this.meta();
    if (meta === undefined) return { kind: 'none' };
    const result = await this.#db.use((db) => tryPassphrase(db, this.#parts.kdf, passphrase, meta.user, this.#parts.now()));
    if (result.kind === 'open') this.#box = new Box(meta.user, result.key);
    if (result.kind === 'spent') await this.wipe();
    return result;
  }

  /** Tries made and the end of the wait, for the lock screen; null without a keyring. */
  async tries(): Promise<{ tries: number; untilMs: number } | null> {
    const ring = await this.#db.use((db) => db.get('keyring', 'keyring'));
    return ring === undefined ? null : { tries: ring.tries, untilMs: ring.untilMs };
  }

  /** Forgets the data key. */
  lock(): void {
    this.#box = null;
  }

  /** Erases what can be read and keeps what is sealed and unsent. */
  async wipe(): Promise<void> {
    this.lock();
    await this.#db.use((db) => wipe(db));
  }

  #open(): Box {
    if (this.#box === null) throw new Error('the vault is locked');
    return this.#box;
  }

  /** The profile kept under the data key: who signed in, the device's name, the token. */
  async profile(): Promise<unknown> {
    const boxed = await this.#db.use((db) => db.get('meta', 'profile'));
    return boxed === undefined ? undefined : this.#open().open('meta', 'profile', boxed as never);
  }

  async saveProfile(profile: unknown): Promise<void> {
    const boxed = await this.#open().close('meta', 'profile', profile);
    await this.#db.use((db) => db.put('meta', boxed, 'profile'));
  }

  /** Words that a person has not given yet, by a name of their own, kept under the data key; undefined when there are none. */
  async words(name: string): Promise<unknown> {
    const boxed = await this.#db.use((db) => db.get('meta', WORDS + name));
    return boxed === undefined ? undefined : this.#open().open('meta', WORDS + name, boxed as never);
  }

  /** Keeps such words; undefined lets them go. */
  async keepWords(name: string, words: unknown): Promise<void> {
    if (words === undefined) return this.#db.use((db) => db.delete('meta', WORDS + name));
    const boxed = await this.#open().close('meta', WORDS + name, words);
    await this.#db.use((db) => db.put('meta', boxed, WORDS + name));
  }

  /** Lets go of the words about everything that `stays` does not name. */
  async dropWords(stays: (name: string) => boolean): Promise<void> {
    await this.#db.use(async (db) => {
      const names = (await db.getAllKeys('meta', everyWord())).map((key) => key.slice(WORDS.length));
      await Promise.all(names.filter((name) => !stays(name)).map((name) => db.delete('meta', WORDS + name)));
    });
  }

  // Handing in: works while locked.

  async signer(): Promise<CryptoKeyPair> {
    return (await this.#db.use((db) => db.get('meta', 'signer'))) as CryptoKeyPair;
  }

  async publicPoint(): Promise<string> {
    return publicPoint(await this.signer());
  }

  async sign(body: Bytes, range: string): Promise<string> {
    return signHandIn(await this.signer(), body, range);
  }

  batch(limit: BatchLimit): Promise<Batch> {
    return this.#db.use((db) => takeBatch(db, limit));
  }

  settle(asked: Batch, answer: PushAnswer): Promise<SyncMeta | null> {
    return this.#db.use((db) => settle(db, asked, answer, this.#parts.now()));
  }

  adoptEpoch(epoch: string, lastSeq: number): Promise<void> {
    return this.#db.use((db) => adoptEpoch(db, epoch, lastSeq));
  }

  fillGap(expect: number): Promise<boolean> {
    return this.#db.use((db) => fillGap(db, expect));
  }

  async becomeNewDevice(): Promise<void> {
    const [device, signer] = [newId(), await makeSigner()];
    await this.#db.use((db) => becomeNewDevice(db, device, signer));
  }

  /** Operations without a verdict. */
  waiting(): Promise<number> {
    return this.#db.use((db) => db.count('outbox'));
  }

  /** Subjects of operations without a verdict. */
  async waitingOps(): Promise<Set<string>> {
    return new Set(await this.#db.use((db) => db.getAllKeys('outbox')));
  }

  /** Drafts whose sealed copy the server does not have yet. */
  async draftsToSend(): Promise<number> {
    return (await this.#db.use((db) => db.getAll('drafts'))).filter((draft) => draft.sentN < draft.n).length;
  }

  // Reading and writing: needs the data key.

  /** Seals and saves an operation; returns its id, or null when it is larger than any server takes. */
  async save({ op, ...work }: NewOp): Promise<string | null> {
    const op_id = newId();
    const sealed = await sealOperation(await this.#serverKey(), op_id, op.user, op);
    if (sealed.ct.length > MOST_SEALED) return null;
    const overlay = await this.#open().close('overlays', op_id, op);
    await this.#db.use((db) => appendOp(db, { op_id, sealed, overlay, ...work }));
    return op_id;
  }

  async #serverKey(): Promise<SyncMeta> {
    const meta = await this.meta();
    if (meta === undefined || meta.pub === '') throw new Error('the vault has no server key');
    return meta;
  }

  /** Every readable copy of an operation, oldest first. */
  async overlays(): Promise<Overlay[]> {
    const boxed = await this.#db.use((db) => db.getAll('overlays'));
    const box = this.#open();
    const opened = await Promise.all(boxed.map(async ({ op_id, subject, verdict, iv, ct }): Promise<Overlay> => {
      const op = (await box.open('overlays', op_id, { iv, ct })) as Operation;
      return { op_id, subject, op, ...(verdict === undefined ? {} : { verdict }) };
    }));
    return opened.sort((a, b) => a.op.at_ms - b.op.at_ms);
  }

  /**
   * Replaces the draft of a record, sealed both ways.
   * Rejects with `DraftEnded` when the draft was stored before and is not there any more: another tab handed it in or threw it away.
   */
  async saveDraft(rec: string, content: DraftContent, stored = false): Promise<void> {
    const key = await this.#serverKey();
    const box = await this.#open().close('drafts', rec, content);
    const sealed: Sealed = await sealDraft(key, rec, key.user, { v: 1, user: key.user, rec, ...content });
    await this.#db.use((db) => putDraft(db, rec, box, sealed, stored));
  }

  async discardDraft(rec: string): Promise<void> {
    await this.#db.use((db) => discard(db, rec));
  }

  /** One draft, as it is on the disk now. */
  async draft(rec: string): Promise<DraftContent | undefined> {
    const held = await this.#db.use((db) => db.get('drafts', rec));
    return held?.box === undefined ? undefined : ((await this.#open().open('drafts', rec, held.box)) as DraftContent);
  }

  /** Every draft that can be read here. */
  async drafts(): Promise<Map<string, DraftContent>> {
    const box = this.#open();
    const drafts = new Map<string, DraftContent>();
    for (const { rec, box: boxed } of await this.#db.use((db) => db.getAll('drafts'))) {
      if (boxed !== undefined) drafts.set(rec, (await box.open('drafts', rec, boxed)) as DraftContent);
    }
    return drafts;
  }

  /** Records whose draft was ended or erased here, so that a copy from the feed is not shown again. */
  async endedDrafts(): Promise<Set<string>> {
    const ended = (await this.#db.use((db) => db.getAll('drafts'))).filter((draft) => draft.sealed === undefined);
    return new Set(ended.map((draft) => draft.rec));
  }

  /** Opens the named rows, or all. A name that is not there any more has no row in the answer. */
  async rows(names?: string[]): Promise<Row[]> {
    if (names === undefined) return this.#openRows(await this.#db.use((db) => db.getAll('rows')));
    return this.#openRows((await this.#db.use((db) => Promise.all(names.map((name) => db.get('rows', name))))).filter((row) => row !== undefined));
  }

  /** Opens the rows of one collection. */
  async rowsOf(coll: string): Promise<Row[]> {
    return this.#openRows(await this.#db.use((db) => db.getAll('rows', IDBKeyRange.bound(first(coll), end(coll), false, true))));
  }

  /** Opens the rows of every collection but one. */
  async rowsBut(coll: string): Promise<Row[]> {
    const [before, after] = await this.#db.use((db) => Promise.all([
      db.getAll('rows', IDBKeyRange.upperBound(first(coll), true)), db.getAll('rows', IDBKeyRange.lowerBound(end(coll))),
    ]));
    return this.#openRows([...before, ...after]);
  }

  #openRows(boxed: BoxedRow[]): Promise<Row[]> {
    const box = this.#open();
    return Promise.all(boxed.map(async ({ name, c, i, r, v, g, iv, ct }) =>
      ({ c, i, r, v, g, d: (await box.open('rows', name, { iv, ct })) as Row['d'] })));
  }

  /** Encrypts a chunk's rows and applies it; null when another tab was first. */
  async apply(chunk: Chunk): Promise<string[] | null> {
    const box = this.#open();
    const lines = await Promise.all(chunk.lines.map(async (line): Promise<PreparedLine> =>
      ({ line, boxed: line.k === 'p' ? await box.close('rows', rowName(line.c, line.i), line.d) : null })));
    return this.#db.use((db) => applyChunk(db, chunk, lines, this.#parts.now()));
  }
}

async function keepKeyring(db: VaultDb, user: string, ring: Keyring, signer: CryptoKeyPair): Promise<void> {
  const tx = db.transaction(['meta', 'keyring'], 'readwrite', STRICT);
  const known = (await tx.objectStore('meta').get('sync')) as SyncMeta | undefined;
  if (known === undefined) await tx.objectStore('meta').put(signer, 'signer');
  // A store that was erased counts as erased until the new set-up is whole (`finishEnrolment`).
  await tx.objectStore('meta').put(known ?? newMeta(user), 'sync');
  await tx.objectStore('keyring').put(ring);
  await tx.done;
}

// Names of rows are a collection, a slash and an id; "0" is the sign after the slash.
const first = (coll: string): string => `${coll}/`;
const end = (coll: string): string => `${coll}0`;

function newMeta(user: string): SyncMeta {
  return {
    user, device: newId(), registered: false, epoch: '', kid: '', pub: '', nextSeq: 1, cursor: '', complete: false,
    head: 0, durable: 0, lastContactMs: 0, leaseDays: 14, keepDays: 30, wiped: false,
  };
}
