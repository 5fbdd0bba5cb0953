import { forceCloseDatabase } from 'fake-indexeddb';
import { beforeEach, expect, it } from 'vitest';
import { Clock, emptyDisk, enrolled, saveRecord } from '../testing/phone';
import { appendOp } from './outbox';
import { openVaultDb } from './schema';
import type { Vault } from './vault';

const USER = 'user00000000001';
let vault: Vault;
let connections: IDBDatabase[];

beforeEach(async () => {
  emptyDisk();
  connections = [];
  const open = indexedDB.open.bind(indexedDB);
  indexedDB.open = (...args) => {
    const request = open(...args);
    request.addEventListener('success', () => connections.push(request.result));
    return request;
  };
  vault = await enrolled('slot', USER, new Clock());
  await vault.changeMeta({ pub: await vault.publicPoint(), kid: 'k1', epoch: 'e1', registered: true });
});

/** Takes the connection away as iOS does with an app in the background. */
const lose = (): void => connections.splice(0).forEach((db) => forceCloseDatabase(db as never));

it('saves what is typed although the browser closed the database', async () => {
  lose();
  await vault.saveDraft('rec000000000001', { base_rev: 0, value: { narrative: 'typed' }, at_ms: 1 });
  lose();
  await saveRecord(vault, USER);
  lose();
  expect((await vault.drafts()).get('rec000000000001')?.value).toEqual({ narrative: 'typed' });
  expect([await vault.waiting(), (await vault.meta())?.nextSeq]).toEqual([1, 2]);
});

it('opens one new connection for all steps that lost the same one', async () => {
  lose();
  await Promise.all([vault.waiting(), vault.drafts(), vault.overlays(), vault.meta()]);
  expect(connections).toHaveLength(1);
});

it('gives an operation one number when its step runs twice, because the connection went after the disk had it', async () => {
  const db = await openVaultDb('slot');
  const nothing = new Uint8Array();
  const sealed = { kid: 'k1', enc: nothing, ct: nothing };
  const work = { op_id: 'op0000000000001', subject: 'rec000000000001', sealed, overlay: { iv: nothing, ct: nothing.buffer }, danger: false, fromDraft: null };
  await appendOp(db, work);
  await appendOp(db, work);
  expect([(await db.getAll('outbox')).map((op) => op.seq), (await vault.meta())?.nextSeq]).toEqual([[1], 2]);
  db.close();
});

it('does not come back after it was closed on purpose', async () => {
  vault.close();
  await expect(vault.waiting()).rejects.toThrow();
});
