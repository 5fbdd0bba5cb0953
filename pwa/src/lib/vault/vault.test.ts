import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../casework/ids';
import type { Chunk, FeedLine } from '../casework/sync';
import { Clock, creation, emptyDisk, enrolled, inProcessKdf, openTab, PASSPHRASE, saveRecord } from '../testing/phone';
import { Box } from './box';
import { backOffMs } from './keyring';
import { appendOp, takeBatch } from './outbox';
import { openVaultDb, type VaultDb } from './schema';
import { Vault } from './vault';

const USER = 'user00000000001';
const ALL = { ops: 100, drafts: 50, bytes: 1e6 };
let clock: Clock;
let vault: Vault;

async function withServerKey(): Promise<Vault> {
  const made = await enrolled('slot', USER, clock);
  await made.changeMeta({ pub: await made.publicPoint(), kid: 'k1', epoch: 'e1', registered: true });
  return made;
}

beforeEach(async () => {
  emptyDisk();
  clock = new Clock();
  vault = await withServerKey();
});

/** Every byte of every store, as text in both encodings a string can hide in. */
async function everythingStored(): Promise<string> {
  const db = await openVaultDb('slot');
  let found = '';
  const visit = (value: unknown): void => {
    if (value instanceof ArrayBuffer) visit(new Uint8Array(value));
    else if (value instanceof Uint8Array) found += new TextDecoder('latin1').decode(value) + new TextDecoder('utf-16le').decode(value);
    else if (typeof value === 'object' && value !== null) Object.entries(value).flat().forEach(visit);
    else found += String(value);
  };
  for (const store of db.objectStoreNames) visit(await db.getAll(store));
  db.close();
  return found;
}

it('keeps nothing that can be read', async () => {
  const marker = 'ZEBRAFINCH';
  await saveRecord(vault, USER, { narrative: marker, name: marker });
  await vault.saveDraft(newId(), { base_rev: 0, value: { narrative: marker }, at_ms: 1 });
  await vault.saveProfile({ token: marker });
  await vault.apply(chunk('', 'c1', [{ k: 'p', c: 'encounters', i: 'a', r: 1, v: [1], d: { narrative: marker } }]));
  const stored = await everythingStored();
  // The opaque user id is found, so the search does look where things are.
  expect([stored.includes(USER), stored.includes(marker)]).toEqual([true, false]);
});

it('writes an operation, its copy and its number with a transaction that reaches the disk', async () => {
  const asked: (string | undefined)[] = [];
  const real = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...args: Parameters<IDBDatabase['transaction']>) {
    if (args[1] === 'readwrite') asked.push(args[2]?.durability);
    return real.apply(this, args);
  };
  try {
    await saveRecord(vault, USER);
  } finally {
    IDBDatabase.prototype.transaction = real;
  }
  expect(asked).toEqual(['strict']);
});

describe('passphrases', () => {
  it('opens with the right one after a restart, and with composed letters typed either way', async () => {
    const other = await Vault.open('welsh', { kdf: inProcessKdf, now: clock.now });
    await other.enrol(USER, 'dŵr oer iawn yma'.normalize('NFD'));
    other.lock();
    expect((await other.unlock('dŵr oer iawn yma'.normalize('NFC'))).kind).toBe('open');
  });

  it('counts a try before it is made, so that ending the app gains nothing', async () => {
    const dying = await Vault.open('slot', { kdf: () => Promise.reject(new Error('killed')), now: clock.now });
    await expect(dying.unlock('anything')).rejects.toThrow('killed');
    expect((await vault.tries())?.tries).toBe(1);
  });

  it.each([[1, 0], [3, 0], [4, 2_000], [9, 64_000]])('after %i wrong tries asks for %i ms', (tries, ms) => expect(backOffMs(tries)).toBe(ms));

  it('refuses a try during the wait without counting it, and a clock set back does not lengthen the wait', async () => {
    for (let i = 0; i < 4; i++) await vault.unlock('wrong');
    expect((await vault.unlock(PASSPHRASE)).kind).toBe('wait');
    expect((await vault.tries())?.tries).toBe(4);
    clock.ms -= 86_400_000;
    expect(await vault.unlock(PASSPHRASE)).toMatchObject({ kind: 'wait', untilMs: clock.ms + 2_000 });
  });

  it('counts tries of two tabs together', async () => {
    const other = await openTab('slot', clock);
    await Promise.all([vault.unlock('wrong'), other.unlock('wrong')]);
    expect((await vault.tries())?.tries).toBe(2);
  });

  it('keeps words that were not given under the data key, until they are given or what they are about is gone', async () => {
    await vault.keepWords('rec00000000000a/note', { note: 'Blodyn' });
    await vault.keepWords('rec00000000000b/note', 'Marged');
    const db = await openVaultDb('slot');
    expect(JSON.stringify(Object.keys((await db.get('meta', 'words/rec00000000000a/note')) ?? {}))).toBe('["iv","ct"]');
    vault.lock();
    await expect(vault.words('rec00000000000a/note')).rejects.toThrow();
    await vault.unlock(PASSPHRASE);
    expect(await vault.words('rec00000000000a/note')).toEqual({ note: 'Blodyn' });
    await vault.dropWords((name) => name.startsWith('rec00000000000a/'));
    expect([await vault.words('rec00000000000b/note'), await vault.words('rec00000000000a/note')]).toEqual([undefined, { note: 'Blodyn' }]);
    await vault.keepWords('rec00000000000a/note', undefined);
    expect((await db.getAllKeys('meta')).sort()).toEqual(['signer', 'sync']);
  });

  it('erases after the tenth what can be read, and keeps what is sealed', async () => {
    await saveRecord(vault, USER);
    await vault.keepWords('rec00000000000a/note', 'Blodyn');
    await vault.saveDraft(newId(), { base_rev: 0, value: {}, at_ms: 1 });
    for (let i = 0; i < 10; i++) {
      clock.ms += 200_000;
      await vault.unlock('wrong');
    }
    const db = await openVaultDb('slot');
    expect([await db.count('keyring'), await db.count('rows'), await db.count('overlays'), await db.get('meta', 'profile')]).toEqual([0, 0, 0, undefined]);
    expect((await db.getAllKeys('meta')).sort()).toEqual(['signer', 'sync']);
    const batch = await vault.batch(ALL);
    expect([batch.ops.length, batch.drafts.length, batch.drafts[0]?.sealed?.kid]).toEqual([1, 1, 'k1']);
    expect((await db.getAll('drafts')).every((draft) => draft.box === undefined)).toBe(true);
    expect((await vault.unlock(PASSPHRASE)).kind).toBe('none');
    expect((await vault.sign(new Uint8Array(3), '1-1')).length).toBe(86);
  });
});

describe('boxes', () => {
  const made = (): Promise<CryptoKey> => crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);

  it('open only in their own place and for their own user', async () => {
    const key = await made();
    const box = new Box(USER, key);
    const closed = await box.close('rows', 'a', { x: 1 });
    expect(await box.open('rows', 'a', closed)).toEqual({ x: 1 });
    await expect(box.open('rows', 'b', closed)).rejects.toThrow();
    await expect(box.open('drafts', 'a', closed)).rejects.toThrow();
    await expect(new Box('someone0000else', key).open('rows', 'a', closed)).rejects.toThrow();
  });

  it('tell their content only in steps of 256 bytes', async () => {
    const box = new Box(USER, await made());
    const lengths = await Promise.all(['', 'a'.repeat(100), 'a'.repeat(300)].map(async (text) => (await box.close('rows', 'a', { text })).ct.byteLength));
    expect(lengths).toEqual([272, 272, 528]);
  });
});

describe('the outbox', () => {
  it('writes nothing when an operation cannot be sealed', async () => {
    await vault.changeMeta({ pub: '' });
    await expect(saveRecord(vault, USER)).rejects.toThrow('no server key');
    expect([await vault.waiting(), (await vault.overlays()).length, (await vault.meta())?.nextSeq]).toEqual([0, 0, 1]);
  });

  it('refuses an operation that no server takes', async () => {
    const op = creation(USER, { narrative: 'x'.repeat(1_200_000) });
    expect(await vault.save({ op, subject: op.rec, danger: false, fromDraft: null })).toBeNull();
    expect(await vault.waiting()).toBe(0);
  });

  it('sends the same numbers again after the app was ended between request and answer', async () => {
    await saveRecord(vault, USER);
    await saveRecord(vault, USER);
    const first = await vault.batch(ALL);
    await saveRecord(vault, USER, {}, true);
    vault.close();
    vault = await openTab('slot', clock);
    const again = await vault.batch(ALL);
    expect(again.ops.map((op) => [op.seq, op.op_id]).slice(0, 2)).toEqual(first.ops.map((op) => [op.seq, op.op_id]));
    expect(again.ops.map((op) => op.seq)).toEqual([1, 2, 3]);
  });

  it('stops a batch at the size limit', async () => {
    for (let i = 0; i < 3; i++) await saveRecord(vault, USER, { narrative: 'x'.repeat(1000) });
    expect((await vault.batch({ ...ALL, bytes: 3000 })).ops).toHaveLength(2);
  });

  it('puts danger first without ever changing a number that was sent', async () => {
    const db = await openVaultDb('slot');
    const act = fc.oneof(fc.record({ subject: fc.integer({ min: 0, max: 3 }), danger: fc.boolean() }), fc.constant('send' as const));
    await fc.assert(fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
      await db.clear('outbox');
      await vault.changeMeta({ nextSeq: 1 });
      await checkDangerFirst(db, acts);
    }), { numRuns: 60 });
    db.close();
  });
});

/** The rules of numbers: contiguous from 1, fixed once sent, a record's own operations in the order they were made, danger before what was never sent. */
async function checkDangerFirst(db: VaultDb, acts: ('send' | { subject: number; danger: boolean })[]): Promise<void> {
  const fixed = new Map<string, number>();
  const made = new Map<number, string[]>();
  const nothing = new Uint8Array();
  for (const act of acts) {
    if (act === 'send') {
      for (const op of (await takeBatch(db, { ...ALL, ops: 2 })).ops) fixed.set(op.op_id, op.seq);
      continue;
    }
    const op_id = newId();
    made.set(act.subject, [...(made.get(act.subject) ?? []), op_id]);
    const sealed = { kid: 'k1', enc: nothing, ct: nothing };
    await appendOp(db, { op_id, subject: String(act.subject), sealed, overlay: { iv: nothing, ct: nothing.buffer }, danger: act.danger, fromDraft: null });
    const ops = await db.getAllFromIndex('outbox', 'seq');
    expect(ops.map((op) => op.seq)).toEqual(ops.map((_, i) => i + 1));
    for (const [id, seq] of fixed) expect(ops.find((op) => op.op_id === id)?.seq).toBe(seq);
    for (const [subject, ids] of made) expect(ops.filter((op) => op.subject === String(subject)).map((op) => op.op_id)).toEqual(ids);
    if (!act.danger) continue;
    const place = ops.findIndex((op) => op.op_id === op_id);
    expect(ops.slice(0, place).every((op, i) => op.sent || ops.slice(i, place).some((later) => later.sent || later.subject === String(act.subject)))).toBe(true);
  }
}

function chunk(from: string, cursor: string, lines: FeedLine[], more: Partial<Chunk> = {}): Chunk {
  return { from, epoch: 'e1', gen: 1, lines, cursor, more: false, head: 9, ...more };
}

describe('the feed', () => {
  const put = (i: string, r: number, v: number[], d: Record<string, unknown> = {}): FeedLine => ({ k: 'p', c: 'encounters', i, r, v, d });
  const held = async () => (await vault.rows()).map((row) => [row.i, row.r, row.v, row.g]).sort();

  it('forgets, drops and sweeps as told', async () => {
    await vault.apply(chunk('', 'c1', [put('a', 1, [1]), put('b', 1, [1, 2]), put('c', 1, [2]), put('d', 1, [2])]));
    await vault.apply(chunk('c1', 'c2', [{ k: 'f', c: 'encounters', i: 'd' }, { k: 'f', c: 'encounters', i: 'never-had' }]));
    await vault.apply(chunk('c2', 'c3', [{ k: 'x', s: 1 }]));
    expect(await held()).toEqual([['b', 1, [2], 1], ['c', 1, [2], 1]]);
    const names = await vault.apply(chunk('c3', 'c4', [put('b', 1, [2]), { k: 'w', g: 2 }], { gen: 2 }));
    expect([await held(), names]).toEqual([[['b', 1, [2], 2]], ['encounters/b', 'encounters/c']]);
  });

  it('opens one collection, and every other', async () => {
    const line = (c: string): FeedLine => ({ k: 'p', c, i: 'a', r: 1, v: [1], d: {} });
    await vault.apply(chunk('', 'c1', ['addenda', 'versions', 'versionsx', 'users', 'version'].map(line)));
    const colls = (rows: { c: string }[]) => rows.map((row) => row.c).sort();
    expect(colls(await vault.rowsOf('versions'))).toEqual(['versions']);
    expect(colls(await vault.rowsBut('versions'))).toEqual(['addenda', 'users', 'version', 'versionsx']);
  });

  it('keeps the newer content and takes the newer scopes', async () => {
    await vault.apply(chunk('', 'c1', [put('a', 5, [1], { n: 'new' })]));
    await vault.apply(chunk('c1', 'c2', [put('a', 3, [1, 2], { n: 'old' })], { gen: 2 }));
    expect(await held()).toEqual([['a', 5, [1, 2], 2]]);
    expect((await vault.rows())[0]?.d).toEqual({ n: 'new' });
  });

  it('applies a chunk once when two tabs bring it', async () => {
    const other = await openTab('slot', clock);
    await other.unlock(PASSPHRASE);
    const one = chunk('', 'c1', [put('a', 1, [1])]);
    const answers = await Promise.all([vault.apply(one), other.apply(one)]);
    expect(answers.filter((names) => names !== null)).toHaveLength(1);
  });

  it('drops a chunk of another history', async () => {
    expect(await vault.apply(chunk('', 'c1', [put('a', 1, [1])], { epoch: 'e2' }))).toBeNull();
    expect(await held()).toEqual([]);
  });
});
