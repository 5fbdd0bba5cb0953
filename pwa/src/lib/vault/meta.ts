import type { SyncMeta } from '../casework/sync';
import type { VaultDb } from './schema';

/** Writes that must survive the loss of power: browsers otherwise report success before the disk has them. */
export const STRICT = { durability: 'strict' } as const;

interface MetaReader {
  objectStore(name: 'meta'): { get(key: string): Promise<unknown> };
}

/** The exchange state, inside a transaction. */
export async function readMeta(tx: MetaReader): Promise<SyncMeta> {
  const meta = (await tx.objectStore('meta').get('sync')) as SyncMeta | undefined;
  if (meta === undefined) throw new Error('the vault has no exchange state');
  return meta;
}

/** Reads, changes and writes the exchange state in one transaction. */
export async function changeMeta(db: VaultDb, change: (meta: SyncMeta) => SyncMeta): Promise<SyncMeta> {
  const tx = db.transaction('meta', 'readwrite', STRICT);
  const next = change(await readMeta(tx));
  await tx.store.put(next, 'sync');
  await tx.done;
  return next;
}

/** Before the names of words that were not given yet, among the keys of this store. */
export const WORDS = 'words/';

/** The keys of all such words. */
export const everyWord = (): IDBKeyRange => IDBKeyRange.bound(WORDS, `${WORDS}\uffff`);
