import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Clock, emptyDisk, inProcessKdf, PASSPHRASE } from '../testing/phone';
import { Peer } from '../testing/peer';
import { contents } from './contents.svelte';
import { editing } from './editing.svelte';
import { encounters, openDraft } from './encounters.svelte';
import { shutDown } from './entry';
import { useParts } from './parts';
import { boot, enrol, session, signIn, unlock } from './session.svelte';
import { sync, syncNow } from './sync.svelte';

let peer: Peer;
let clock: Clock;
let cut: boolean;

beforeEach(() => {
  emptyDisk();
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value) });
  peer = new Peer();
  clock = new Clock();
  cut = false;
  const fetch: typeof peer.fetch = (url, init) => (cut ? Promise.reject(new TypeError('no network')) : peer.fetch(url, init));
  useParts({ fetch, base: 'http://peer.test', kdf: inProcessKdf, now: clock.now, random: () => 0.5, reload: () => undefined, keepStorage: () => undefined });
});

afterEach(() => {
  shutDown();
  vi.unstubAllGlobals();
});

async function setUp(): Promise<void> {
  await boot();
  expect(await signIn('a@example.org', 'pw')).toEqual({ ok: true });
  expect(await enrol(PASSPHRASE, 'Work phone', 'AE')).toEqual({ ok: true });
  await syncNow();
}

async function restart(): Promise<void> {
  shutDown();
  await boot();
}

it('goes on with a set-up that was cut off before the first hello, and calls nothing cleared', async () => {
  await boot();
  await signIn('a@example.org', 'pw');
  peer.fault = (path) => (path.endsWith('/hello') ? 'lose answer' : null);
  expect(await enrol(PASSPHRASE, 'Work phone', 'AE')).toEqual({ ok: false, key: 'error.offline' });
  peer.fault = () => null;
  await restart();
  expect([session.phase, session.wiped, session.storeLost]).toEqual(['sign_in', false, false]);
  await setUp();
  await restart();
  expect([session.phase, await unlock(PASSPHRASE)]).toEqual(['locked', { ok: true }]);
});

it('closes reading when the lease ends while the app is open, and still writes', async () => {
  await setUp();
  peer.putRow('encounters', 'rec00000000000a', { author: 'other', state: 'submitted' });
  await syncNow();
  await vi.waitFor(() => expect(contents.rows.size).toBe(1));
  cut = true;
  clock.ms += 15 * 86_400_000;
  await syncNow();
  expect([session.leaseEnded, contents.rows.size]).toEqual([true, 0]);
  const draft = await openDraft();
  draft.set('narrative', 'still works');
  expect(await draft.handIn()).toEqual({ ok: true });
  cut = false;
  await syncNow();
  await vi.waitFor(() => expect([session.leaseEnded, encounters.mine.length]).toEqual([false, 1]));
});

it('tells a store that the browser threw away from a first run', async () => {
  await boot();
  expect([session.phase, session.storeLost]).toEqual(['sign_in', false]);
  await setUp();
  const device = session.device?.id;
  shutDown();
  emptyDisk();
  await boot();
  expect([session.phase, session.storeLost]).toEqual(['sign_in', true]);
  await setUp();
  expect([session.storeLost, session.device?.id === device]).toEqual([false, false]);
});

it('says that storage is full, keeps what is typed on the screen, and saves it when there is room', async () => {
  await setUp();
  const draft = await openDraft();
  const real = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = () => {
    throw new DOMException('no room', 'QuotaExceededError');
  };
  try {
    draft.set('narrative', 'typed');
    await expect(draft.flush()).rejects.toThrow();
    expect([sync.unsaved, draft.value.narrative]).toEqual(['error.storage', 'typed']);
    const handing = draft.handIn();
    expect(draft.isHandingIn).toBe(true);
    expect(await handing).toEqual({ ok: false, key: 'error.storage' });
    expect(draft.isHandingIn).toBe(false);
  } finally {
    IDBObjectStore.prototype.put = real;
  }
  await draft.flush();
  await restart();
  await unlock(PASSPHRASE);
  expect(contents.drafts.get(draft.id)?.value['narrative']).toBe('typed');
});

it('keeps what two tabs write in one record', async () => {
  await setUp();
  const one = await openDraft();
  one.set('narrative', 'begun');
  one.tick('GEN-01', 'seen');
  await one.flush();
  const other = await openDraft(one.id);
  one.set('narrative', 'begun and gone on');
  one.tick('GEN-02', 'seen');
  await one.flush();
  other.set('name', 'written in the other tab');
  other.tick('GEN-03', 'found');
  await other.flush();
  expect(other.value).toMatchObject({ narrative: 'begun and gone on', name: 'written in the other tab', indicators: ['GEN-01:seen', 'GEN-02:seen', 'GEN-03:found'] });
  other.set('name', undefined);
  await other.flush();
  expect(contents.drafts.get(one.id)?.value).toEqual({ narrative: 'begun and gone on', indicators: ['GEN-01:seen', 'GEN-02:seen', 'GEN-03:found'] });
});

it('hands in what another tab wrote in the same record', async () => {
  await setUp();
  const one = await openDraft();
  one.set('narrative', 'begun');
  await one.flush();
  const other = await openDraft(one.id);
  other.set('name', 'written in the other tab');
  await other.flush();
  expect(await one.handIn()).toEqual({ ok: true });
  await syncNow();
  await vi.waitFor(() => expect(peer.taken[0]?.op.set).toEqual({ narrative: 'begun', name: 'written in the other tab' }));
});

it('hands a draft in once, though another tab has it open and typed nothing since', async () => {
  await setUp();
  const one = await openDraft();
  one.set('narrative', 'begun');
  await one.flush();
  const other = await openDraft(one.id);
  expect(await one.handIn()).toEqual({ ok: true });
  expect(await other.handIn()).toEqual({ ok: false, key: 'error.draft_ended' });
  expect([other.isOver, other.isHandingIn]).toEqual([true, false]);
  await syncNow();
  expect(peer.taken.map(({ op }) => op.kind)).toEqual(['create']);
});

it('lets go of a draft that another tab threw away, and keeps on the screen what was typed', async () => {
  await setUp();
  const one = await openDraft();
  one.set('narrative', 'begun');
  await one.flush();
  const other = await openDraft(one.id);
  await one.discard();
  other.set('narrative', 'typed since');
  await expect(other.flush()).rejects.toThrow();
  expect([other.isOver, other.value.narrative, contents.drafts.size]).toEqual([true, 'typed since', 0]);
  await other.close();
  expect([editing.count, contents.drafts.size]).toEqual([0, 0]);
});

it('goes on with a draft that was begun on another phone', async () => {
  await setUp();
  peer.putRow('drafts', 'draft0000000001', { rec: 'rec00000000000a', n: 3, draft: { base_rev: 0, value: { narrative: 'begun elsewhere' }, at_ms: 1 } });
  await syncNow();
  await vi.waitFor(() => expect(encounters.mine).toHaveLength(1));
  const draft = await openDraft('rec00000000000a');
  draft.set('name', 'typed here');
  await draft.flush();
  expect(contents.drafts.get(draft.id)?.value).toEqual({ narrative: 'begun elsewhere', name: 'typed here' });
  expect(await draft.handIn()).toEqual({ ok: true });
});
