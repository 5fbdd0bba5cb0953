import type { Chunk, FeedLine, RowName } from '../casework/sync';
import { readMeta, STRICT } from './meta';
import type { Boxed, BoxedOverlay, BoxedRow, StoredDraft, VaultDb } from './schema';

/** A chunk whose rows are already encrypted, in the order of its lines. */
export type PreparedLine = { line: FeedLine; boxed: Boxed | null };

/** The key of a row: collection and id. */
export const rowName = (coll: string, id: string): RowName => `${coll}/${id}`;

interface RowStore {
  get(name: string): Promise<BoxedRow | undefined>;
  put(row: BoxedRow): Promise<unknown>;
  delete(name: string): Promise<void>;
  index(name: 'scope' | 'gen'): { getAll(range: IDBKeyRange): Promise<BoxedRow[]> };
}

async function put(rows: RowStore, line: FeedLine & { k: 'p' }, boxed: Boxed, gen: number): Promise<RowName> {
  const name = rowName(line.c, line.i);
  const held = await rows.get(name);
  const seen = { v: line.v, g: gen };
  // An older rev may still arrive through another scope: it tells who may see the row, not what is in it.
  if (held !== undefined && held.r > line.r) await rows.put({ ...held, ...seen });
  else await rows.put({ name, c: line.c, i: line.i, r: line.r, ...seen, ...boxed });
  return name;
}

async function dropScope(rows: RowStore, scope: number): Promise<string[]> {
  const erased: string[] = [];
  for (const row of await rows.index('scope').getAll(IDBKeyRange.only(scope))) {
    const v = row.v.filter((one) => one !== scope);
    if (v.length > 0) await rows.put({ ...row, v });
    else {
      await rows.delete(row.name);
      erased.push(row.name);
    }
  }
  return erased;
}

async function sweep(rows: RowStore, gen: number): Promise<string[]> {
  const old = await rows.index('gen').getAll(IDBKeyRange.upperBound(gen, true));
  for (const row of old) await rows.delete(row.name);
  return old.map((row) => row.name);
}

async function applyLine(rows: RowStore, { line, boxed }: PreparedLine, gen: number): Promise<string[]> {
  switch (line.k) {
    case 'p':
      return boxed === null ? [] : [await put(rows, line, boxed, gen)];
    case 'f':
      await rows.delete(rowName(line.c, line.i));
      return [rowName(line.c, line.i)];
    case 'x':
      return dropScope(rows, line.s);
    case 'w':
      return sweep(rows, line.g);
  }
}

interface Told {
  overlays: { getAll(): Promise<BoxedOverlay[]>; delete(id: string): Promise<void> };
  drafts: { getAll(): Promise<StoredDraft[]>; delete(rec: string): Promise<void> };
}

/** Once everything up to a verdict's commit has arrived, the feed tells the rest and the readable copy has done its work. */
async function dropTold(overlays: Told['overlays'], drafts: Told['drafts'], head: number): Promise<void> {
  for (const overlay of await overlays.getAll()) {
    if (overlay.verdict !== undefined && overlay.verdict.commit <= head) await overlays.delete(overlay.op_id);
  }
  for (const draft of await drafts.getAll()) {
    if (draft.sealed === undefined && draft.sentN >= draft.n) await drafts.delete(draft.rec);
  }
}

/**
 * Applies a chunk: rows and cursor in one transaction that first compares the stored cursor with the one the chunk starts from.
 * Returns the names of changed rows, or null when another tab was first and the chunk was thrown away.
 */
export async function applyChunk(db: VaultDb, chunk: Chunk, lines: PreparedLine[], nowMs: number): Promise<string[] | null> {
  const tx = db.transaction(['meta', 'rows', 'overlays', 'drafts'], 'readwrite', STRICT);
  const meta = await readMeta(tx);
  if (meta.cursor !== chunk.from || meta.epoch !== chunk.epoch) return null;
  const changed = new Set<string>();
  for (const line of lines) {
    for (const name of await applyLine(tx.objectStore('rows'), line, chunk.gen)) changed.add(name);
  }
  if (!chunk.more) await dropTold(tx.objectStore('overlays'), tx.objectStore('drafts'), chunk.head);
  const complete = meta.complete || !chunk.more;
  await tx.objectStore('meta').put({ ...meta, cursor: chunk.cursor, complete, head: Math.max(meta.head, chunk.head), lastContactMs: nowMs }, 'sync');
  await tx.done;
  return [...changed];
}
