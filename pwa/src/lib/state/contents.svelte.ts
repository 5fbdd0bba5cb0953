import type { RowName } from '../casework/sync';
import type { Row } from '../casework/types';
import type { PendingOp } from '../casework/view';
import { note } from '../log';
import type { DraftContent, Vault } from '../vault/vault';

/**
 * Everything of the open vault that screens are made from, decrypted, in memory only.
 * Each part is replaced whole when it changes, so that what is derived from it is worked out anew.
 */
class Contents {
  rows = $state.raw<ReadonlyMap<string, Row>>(new Map());
  overlays = $state.raw<PendingOp[]>([]);
  waiting = $state.raw<ReadonlySet<string>>(new Set());
  drafts = $state.raw<ReadonlyMap<string, DraftContent>>(new Map());
  ended = $state.raw<ReadonlySet<string>>(new Set());
  durable = $state(0);
  loaded = $state(false);
  user = $state('');

  /** Rows of one collection. */
  *of(coll: string): Generator<Row> {
    for (const row of this.rows.values()) if (row.c === coll) yield row;
  }

  row(coll: string, id: string): Row | undefined {
    return this.rows.get(`${coll}/${id}` satisfies RowName);
  }
}

export const contents = new Contents();

let turn: Promise<void> = Promise.resolve();

/** Reads follow each other, so that an older read never replaces a newer one, and none comes after the lock. */
function inTurn(vault: Vault, read: () => Promise<void>): Promise<void> {
  const mine = turn.then(async () => {
    if (vault.isOpen) await read();
  });
  turn = mine.catch(() => undefined);
  return mine;
}

/** What only a record's history shows. It is half of all rows, so it is read when the lists stand. */
const HISTORY = 'versions';

/** Reads everything. With the lease ended, rows stay closed and only the phone's own work is shown. */
export async function loadAll(vault: Vault, withRows: boolean): Promise<void> {
  await inTurn(vault, async () => {
    contents.rows = byName(withRows ? await vault.rowsBut(HISTORY) : []);
    await readWork(vault);
    contents.loaded = true;
  });
  if (withRows) inTurn(vault, () => addHistory(vault)).catch(() => note('contents.history'));
}

async function addHistory(vault: Vault): Promise<void> {
  const history = await vault.rowsOf(HISTORY);
  if (vault.isOpen) contents.rows = new Map([...contents.rows, ...byName(history)]);
}

const byName = (rows: Row[]): Map<string, Row> => new Map(rows.map((row) => [`${row.c}/${row.i}`, row]));

/** Reads the phone's own work again: operations and drafts. */
export function loadWork(vault: Vault): Promise<void> {
  return inTurn(vault, () => readWork(vault));
}

async function readWork(vault: Vault): Promise<void> {
  const [overlays, drafts, ended, waiting, meta] = await Promise.all([
    vault.overlays(), vault.drafts(), vault.endedDrafts(), vault.waitingOps(), vault.meta(),
  ]);
  contents.overlays = overlays;
  contents.drafts = drafts;
  contents.ended = ended;
  contents.waiting = waiting;
  contents.durable = meta?.durable ?? 0;
  contents.user = meta?.user ?? '';
}

/** Reads the named rows again, and the work that may have become part of them. */
export function loadRows(vault: Vault, names: string[]): Promise<void> {
  return inTurn(vault, async () => {
    const fresh = await vault.rows(names);
    const rows = new Map(contents.rows);
    for (const name of names) rows.delete(name);
    for (const row of fresh) rows.set(`${row.c}/${row.i}`, row);
    contents.rows = rows;
    await readWork(vault);
  });
}

/** Forgets everything. */
export function clearContents(): void {
  contents.rows = new Map();
  contents.overlays = [];
  contents.waiting = new Set();
  contents.drafts = new Map();
  contents.ended = new Set();
  contents.loaded = false;
  contents.user = '';
}
