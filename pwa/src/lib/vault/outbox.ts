import type { Batch, BatchLimit, OutboxOp, PushAnswer, Sealed, SyncMeta } from '../casework/sync';
import type { Boxed, BoxedRow, KeptOp, VaultDb } from './schema';
import { readMeta, STRICT } from './meta';

/**
 * The most bytes one sealed operation may have. What is larger is refused before it gets a number; a record with every field at its
 * limit fits, and a change of all of them at once goes in as several. So no server of this protocol refuses a single operation for its
 * size. That matters: numbers are contiguous, so one that is refused for ever would hold up all behind it, and skipping it would break
 * the promise that every number has one verdict.
 */
export const MOST_SEALED = 1_048_576;

/** Everything one saved operation writes, already encrypted: nothing but IndexedDB may be awaited inside a transaction. */
export interface PreparedOp {
  op_id: string;
  subject: string;
  sealed: Sealed;
  overlay: Boxed;
  /** True when the record is of a person in danger: it goes before what was never sent. */
  danger: boolean;
  /** The draft that this operation replaces. */
  fromDraft: string | null;
  /** True when it is made of a stored draft, and so only while that is there. */
  ofStored?: boolean;
}

/** Where a danger operation may stand: after everything that was ever sent, and after its own record's last operation. */
function firstFreePlace(waiting: OutboxOp[], subject: string): number {
  const bound = waiting.findLastIndex((op) => op.sent || op.subject === subject);
  return bound + 1;
}

/** A draft that was to be saved again or handed in, and has been ended meanwhile. */
export class DraftEnded extends Error {}

/** Saves an operation, its readable copy, and the next number in one transaction that reaches the disk. */
export async function appendOp(db: VaultDb, work: PreparedOp): Promise<void> {
  const tx = db.transaction(['meta', 'outbox', 'overlays', 'drafts'], 'readwrite', STRICT);
  const meta = await readMeta(tx);
  const outbox = tx.objectStore('outbox');
  // A step may run twice when the connection was lost: the second time the operation has its number already.
  if ((await outbox.getKey(work.op_id)) !== undefined) return;
  if (work.ofStored === true && (await tx.objectStore('drafts').get(work.subject))?.box === undefined) throw new DraftEnded();
  const waiting = await outbox.index('seq').getAll();
  const place = work.danger ? firstFreePlace(waiting, work.subject) : waiting.length;
  const later = waiting.slice(place);
  const seq = later[0]?.seq ?? meta.nextSeq;
  for (const op of later) await outbox.put({ ...op, seq: op.seq + 1 });
  await outbox.put({ op_id: work.op_id, seq, subject: work.subject, sent: false, sealed: work.sealed });
  await tx.objectStore('overlays').put({ op_id: work.op_id, subject: work.subject, ...work.overlay });
  await tx.objectStore('meta').put({ ...meta, nextSeq: meta.nextSeq + 1 }, 'sync');
  if (work.fromDraft !== null) await endDraft(tx.objectStore('drafts'), work.fromDraft);
  await tx.done;
}

/** Replaces a draft. One too large to hand in stays readable here, and what the server has of it stays as it was. */
export async function putDraft(db: VaultDb, rec: string, box: Boxed, sealed: Sealed, stored = false): Promise<void> {
  const tx = db.transaction('drafts', 'readwrite', STRICT);
  const held = await tx.store.get(rec);
  if (stored && held?.box === undefined) throw new DraftEnded();
  const n = (held?.n ?? 0) + 1;
  const sentN = sealed.ct.length > MOST_SEALED ? n : (held?.sentN ?? 0);
  await tx.store.put({ rec, n, sentN, box, sealed });
  await tx.done;
}

/** Throws a draft away. */
export async function discard(db: VaultDb, rec: string): Promise<void> {
  const tx = db.transaction('drafts', 'readwrite', STRICT);
  await endDraft(tx.store, rec);
  await tx.done;
}

interface DraftStore {
  get(rec: string): Promise<{ rec: string; n: number; sentN: number } | undefined>;
  put(value: { rec: string; n: number; sentN: number }): Promise<unknown>;
  delete(rec: string): Promise<void>;
}

/** Replaces a draft by the word that it is gone, which the server still has to hear if it ever saw the draft. */
export async function endDraft(drafts: DraftStore, rec: string): Promise<void> {
  const draft = await drafts.get(rec);
  if (draft === undefined) return;
  if (draft.sentN === 0) await drafts.delete(rec);
  else await drafts.put({ rec, n: draft.n + 1, sentN: draft.sentN });
}

/** The next operations and drafts to hand in. Everything in it is marked as sent first: from then on its number is fixed. */
export async function takeBatch(db: VaultDb, limit: BatchLimit): Promise<Batch> {
  const tx = db.transaction(['meta', 'outbox', 'drafts'], 'readwrite', STRICT);
  const meta = await readMeta(tx);
  const outbox = tx.objectStore('outbox');
  const ops: OutboxOp[] = [];
  let bytes = 0;
  for (const op of await outbox.index('seq').getAll(null, limit.ops)) {
    bytes += op.sealed.ct.length;
    if (ops.length > 0 && bytes > limit.bytes) break;
    ops.push(op);
    if (!op.sent) await outbox.put({ ...op, sent: true });
  }
  const drafts: Batch['drafts'] = [];
  for (const draft of await tx.objectStore('drafts').getAll()) {
    if (draft.sentN >= draft.n || drafts.length >= limit.drafts) continue;
    bytes += draft.sealed?.ct.length ?? 0;
    if (bytes > limit.bytes && ops.length + drafts.length > 0) break;
    drafts.push({ rec: draft.rec, n: draft.n, sealed: draft.sealed ?? null });
  }
  await markDraftsSent(tx.objectStore('drafts'), drafts);
  await tx.done;
  return { device: meta.device, epoch: meta.epoch, ops, drafts };
}

/** A draft that may have reached the server must be told gone later; -1 stands for "sent, not yet confirmed". */
async function markDraftsSent(
  store: { get(rec: string): Promise<StoredDraftLike | undefined>; put(value: StoredDraftLike): Promise<unknown> },
  drafts: Batch['drafts'],
): Promise<void> {
  for (const { rec } of drafts) {
    const draft = await store.get(rec);
    if (draft?.sentN === 0) await store.put({ ...draft, sentN: -1 });
  }
}
type StoredDraftLike = { rec: string; n: number; sentN: number };

/**
 * Takes the server's verdicts. Each operation leaves the outbox for the kept store, and its readable copy learns its fate.
 * An answer for another device or history than the present one is not used: its numbers mean something else.
 */
export async function settle(db: VaultDb, asked: Batch, answer: PushAnswer, nowMs: number): Promise<SyncMeta | null> {
  const tx = db.transaction(['meta', 'outbox', 'kept', 'overlays', 'drafts'], 'readwrite', STRICT);
  const meta = await readMeta(tx);
  if (meta.device !== asked.device || meta.epoch !== answer.epoch) return null;
  const outbox = tx.objectStore('outbox');
  for (const verdict of answer.verdicts) {
    const op = await outbox.get(verdict.op_id);
    if (op?.seq !== verdict.seq) continue;
    await outbox.delete(op.op_id);
    await tx.objectStore('kept').put({ ...op, commit: verdict.commit, keptMs: nowMs });
    const overlay = await tx.objectStore('overlays').get(op.op_id);
    if (overlay !== undefined) await tx.objectStore('overlays').put({ ...overlay, verdict });
  }
  for (const { rec, n } of answer.drafts) {
    const draft = await tx.objectStore('drafts').get(rec);
    if (draft !== undefined) await tx.objectStore('drafts').put({ ...draft, sentN: Math.max(draft.sentN, Math.min(n, draft.n)) });
  }
  const next = { ...meta, head: Math.max(meta.head, answer.head), durable: Math.max(meta.durable, answer.durable), lastContactMs: nowMs };
  await tx.objectStore('meta').put(next, 'sync');
  await forgetKept(tx.objectStore('kept'), next, nowMs);
  await tx.done;
  return next;
}

/** Drops acknowledged operations that the server's copies cover, or that are older than the policy asks. */
async function forgetKept(kept: { getAll(): Promise<KeptOp[]>; delete(id: string): Promise<void> }, meta: SyncMeta, nowMs: number): Promise<void> {
  for (const op of await kept.getAll()) {
    const covered = op.commit <= meta.durable;
    if (covered || nowMs - op.keptMs > meta.keepDays * 86_400_000) await kept.delete(op.op_id);
  }
}

/**
 * Makes every row older than any that comes, for a feed that starts again from the beginning: rows stay readable, the feed's
 * word counts even where its revs are lower, and what it does not bring is swept.
 */
async function ageRows(rows: { getAll(): Promise<BoxedRow[]>; put(row: BoxedRow): Promise<unknown> }): Promise<void> {
  for (const row of await rows.getAll()) await rows.put({ ...row, r: 0, g: 0 });
}

/** The server's history changed: start reading again, and hand in once more what it no longer knows. */
export async function adoptEpoch(db: VaultDb, epoch: string, lastSeq: number): Promise<void> {
  const tx = db.transaction(['meta', 'outbox', 'kept', 'overlays', 'rows'], 'readwrite', STRICT);
  const meta = await readMeta(tx);
  if (meta.epoch !== epoch) {
    await ageRows(tx.objectStore('rows'));
    for (const { commit: _commit, keptMs: _keptMs, ...op } of await tx.objectStore('kept').getAll()) {
      if (op.seq <= lastSeq) continue;
      await tx.objectStore('outbox').put({ ...op, sent: true });
      await tx.objectStore('kept').delete(op.op_id);
      const overlay = await tx.objectStore('overlays').get(op.op_id);
      if (overlay !== undefined) {
        const { verdict: _verdict, ...unsettled } = overlay;
        await tx.objectStore('overlays').put(unsettled);
      }
    }
    await tx.objectStore('meta').put({ ...meta, epoch, cursor: '', head: 0, durable: 0 }, 'sync');
  }
  await tx.done;
}

/** The server asks for an earlier number. Returns false when this phone no longer has that operation. */
export async function fillGap(db: VaultDb, expect: number): Promise<boolean> {
  const tx = db.transaction(['outbox', 'kept'], 'readwrite', STRICT);
  for (const { commit: _commit, keptMs: _keptMs, ...op } of await tx.objectStore('kept').getAll()) {
    if (op.seq < expect) continue;
    await tx.objectStore('outbox').put({ ...op, sent: true });
    await tx.objectStore('kept').delete(op.op_id);
  }
  const first = (await tx.objectStore('outbox').index('seq').getAll(null, 1))[0];
  await tx.done;
  return first?.seq === expect;
}

/**
 * Gives the phone a new device id and key, with its waiting operations numbered from 1.
 * Used when the server says that this device's numbers were used by another copy of it. Operation ids stay, so nothing takes effect twice.
 */
export async function becomeNewDevice(db: VaultDb, device: string, signer: CryptoKeyPair): Promise<void> {
  const tx = db.transaction(['meta', 'outbox', 'rows'], 'readwrite', STRICT);
  await ageRows(tx.objectStore('rows'));
  const waiting = await tx.objectStore('outbox').index('seq').getAll();
  for (const [i, op] of waiting.entries()) await tx.objectStore('outbox').put({ ...op, seq: i + 1, sent: false });
  await tx.objectStore('meta').put(signer, 'signer');
  const meta = await readMeta(tx);
  await tx.objectStore('meta').put({ ...meta, device, registered: false, nextSeq: waiting.length + 1, cursor: '' }, 'sync');
  await tx.done;
}
