import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { emptyDisk, inProcessKdf, PASSPHRASE, Clock } from '../testing/phone';
import { Peer } from '../testing/peer';
import { attention, resolve } from './attention.svelte';
import { contents } from './contents.svelte';
import { addAddendum, command, encounters, find, openDraft, timeline } from './encounters.svelte';
import { useParts } from './parts';
import { shutDown } from './entry';
import { boot, enrol, lock, session, signIn, signOut, unlock } from './session.svelte';
import { sync, syncNow } from './sync.svelte';

let peer: Peer;
let clock: Clock;
let reloads: number;
let cut: boolean;

beforeEach(() => {
  emptyDisk();
  peer = new Peer();
  clock = new Clock();
  reloads = 0;
  cut = false;
  const fetch: typeof peer.fetch = (url, init) => (cut ? Promise.reject(new TypeError('no network')) : peer.fetch(url, init));
  useParts({ fetch, base: 'http://peer.test', kdf: inProcessKdf, now: clock.now, random: () => 0.5, reload: () => void (reloads += 1), keepStorage: () => undefined });
});

afterEach(() => shutDown());

async function setUp(): Promise<void> {
  await boot();
  expect(await signIn('a@example.org', 'pw')).toEqual({ ok: true });
  expect(await enrol(PASSPHRASE, 'Work phone', 'AE')).toEqual({ ok: true });
  await syncNow();
}

/** Ends the page and opens it again, as a reload or a killed browser does. */
async function restart(): Promise<void> {
  shutDown();
  await boot();
}

async function handOne(narrative: string): Promise<string> {
  const draft = await openDraft();
  draft.set('narrative', narrative);
  expect(await draft.handIn()).toEqual({ ok: true });
  return draft.id;
}

describe('a new phone', () => {
  it('goes from sign-in to enrolment to the open app', async () => {
    await boot();
    expect(session.phase).toBe('sign_in');
    await setUp();
    expect([session.phase, session.user?.name, session.demo, session.profiles[0]?.initials]).toEqual(['open', 'Aderyn Enghraifft', true, 'AE']);
  });

  it('refuses a short passphrase and a set-up without signal', async () => {
    await boot();
    await signIn('a@example.org', 'pw');
    expect(await enrol('short', 'Work phone', 'AE')).toMatchObject({ ok: false, field: 'passphrase' });
    cut = true;
    expect(await enrol(PASSPHRASE, 'Work phone', 'AE')).toEqual({ ok: false, key: 'error.offline' });
    cut = false;
    expect(await enrol(PASSPHRASE, 'Work phone', 'AE')).toEqual({ ok: true });
  });
});

describe('a record', () => {
  it('is written offline, survives the end of the app, and goes in when the signal is back', async () => {
    await setUp();
    cut = true;
    const draft = await openDraft();
    draft.set('codename', 'Robin');
    draft.set('narrative', 'half a sentence');
    draft.tick('GEN-01', 'seen');
    await draft.flush();
    await restart();
    expect(session.phase).toBe('locked');
    await unlock(PASSPHRASE);
    expect(find(draft.id)).toMatchObject({ codename: 'Robin', state: 'unsent', sync: 'on_this_phone', mine: true });
    const resumed = await openDraft(draft.id);
    expect(resumed.value).toMatchObject({ narrative: 'half a sentence', indicators: ['GEN-01:seen'] });
    // Two taps make one operation.
    expect(await Promise.all([resumed.handIn(), resumed.handIn()])).toEqual([{ ok: true }, { ok: true }]);
    expect([find(draft.id)?.sync, find(draft.id)?.state, sync.waiting]).toEqual(['waiting', 'submitted', 1]);
    cut = false;
    await syncNow();
    await vi.waitFor(() => expect(find(draft.id)?.sync).toBe('handed_in'));
    expect([sync.waiting, contents.drafts.size, peer.taken[0]?.op.add]).toEqual([0, 0, { indicators: ['GEN-01:seen'] }]);
  });

  it('never flickers between acknowledgement and row', async () => {
    await setUp();
    const id = await handOne('x');
    peer.fault = (path) => (path.endsWith('/pull') ? 'lose request' : null);
    await syncNow();
    await vi.waitFor(() => {
      expect(find(id)?.state).toBe('submitted');
      expect(find(id)?.sync).toBe('handed_in');
    });
  });

  it('says what is missing before it is handed in', async () => {
    await setUp();
    const draft = await openDraft();
    expect(await draft.handIn()).toMatchObject({ ok: false, field: 'narrative' });
    draft.set('narrative', 'x');
    draft.set('danger', true);
    expect(await draft.handIn()).toMatchObject({ ok: false, field: 'danger_answers' });
    await draft.close();
  });

  it('that was returned is handed in as a patch with what its author saw', async () => {
    await setUp();
    const author = session.user?.id;
    peer.putRow('encounters', 'rec00000000000a', { author, state: 'returned', narrative: 'old', risk: 'low' });
    await syncNow();
    await vi.waitFor(() => expect(find('rec00000000000a')?.sync).toBe('needs_you'));
    const draft = await openDraft('rec00000000000a');
    draft.set('narrative', 'new');
    await draft.flush();
    peer.putRow('encounters', 'rec00000000000a', { author, state: 'returned', narrative: 'changed at the desk', risk: 'low' });
    await syncNow();
    await restart();
    await unlock(PASSPHRASE);
    const resumed = await openDraft('rec00000000000a');
    await resumed.handIn();
    await syncNow();
    const op = peer.taken.at(-1)?.op;
    expect([op?.kind, op?.base_rev, op?.set, op?.prev, op?.cmd?.name]).toEqual(['patch', 1, { narrative: 'new' }, { narrative: 'old' }, 'resubmit']);
  });

  it('keeps a refused one in sight', async () => {
    await setUp();
    peer.verdict = () => 'rejected';
    const id = await handOne('x');
    peer.fault = (path) => (path.endsWith('/pull') ? 'lose request' : null);
    await syncNow();
    await vi.waitFor(() => expect(find(id)?.sync).toBe('needs_you'));
  });

  it('takes addenda and commands with the rev that was shown', async () => {
    await setUp();
    peer.putRow('encounters', 'rec00000000000a', { author: 'other', state: 'in_review' });
    await syncNow();
    await vi.waitFor(() => expect(find('rec00000000000a')).toBeDefined());
    expect(await addAddendum('rec00000000000a', ' ')).toMatchObject({ ok: false });
    await addAddendum('rec00000000000a', 'more');
    await command('rec00000000000a', 'approve', {});
    expect(timeline('rec00000000000a').map((entry) => entry.kind)).toEqual(['pending', 'pending']);
    expect(find('rec00000000000a')?.state).toBe('approved');
    await syncNow();
    await vi.waitFor(() => expect(peer.taken.at(-1)?.op.cmd).toEqual({ name: 'approve', args: {}, expect_rev: 1 }));
  });
});

it('shows conflicts until the person has chosen', async () => {
  await setUp();
  peer.putRow('conflicts', 'con00000000000a', { of_coll: 'encounters', of_rec: 'r', field: 'risk', kind: 'field', current: 'high', incoming: 'low', state: 'open', at_ms: 1 });
  await syncNow();
  await vi.waitFor(() => expect(attention.count).toBe(1));
  await resolve('con00000000000a', 'incoming', attention.conflicts[0]?.current);
  expect([attention.count, attention.conflicts[0]?.answered]).toEqual([0, true]);
  await syncNow();
  await vi.waitFor(() => expect(peer.taken.at(-1)?.op).toMatchObject({ kind: 'resolve', set: { choice: 'incoming' }, prev: { value: 'high' } }));
});

describe('locking', () => {
  it('saves what is typed, forgets everything, and starts the page anew', async () => {
    await setUp();
    const draft = await openDraft();
    draft.set('narrative', 'typed just now');
    lock();
    await vi.waitFor(() => expect(reloads).toBe(1));
    // Until the page starts anew there is nothing to type into.
    expect([session.phase, contents.rows.size, contents.loaded, session.user]).toEqual(['boot', 0, false, null]);
    await restart();
    expect(session.phase).toBe('locked');
    await unlock(PASSPHRASE);
    expect(contents.drafts.get(draft.id)?.value['narrative']).toBe('typed just now');
  });

  it('erases what can be read after ten wrong passphrases, and still hands in', async () => {
    await setUp();
    cut = true;
    await handOne('x');
    await restart();
    for (let i = 0; i < 10; i++) {
      await unlock('wrong passphrase');
      clock.ms += 200_000;
    }
    expect([session.wiped, session.unsent]).toEqual([true, 1]);
    expect(await unlock(PASSPHRASE)).toEqual({ ok: false, key: 'lock.wiped' });
    cut = false;
    await restart();
    await vi.waitFor(() => expect(peer.taken).toHaveLength(1), 5_000);
    await vi.waitFor(() => expect(session.unsent).toBe(0), 5_000);
  });

  it('hands in from the lock screen', async () => {
    await setUp();
    cut = true;
    await handOne('x');
    await restart();
    cut = false;
    await restart();
    await vi.waitFor(() => expect(peer.taken).toHaveLength(1), 5_000);
    expect(session.phase).toBe('locked');
  });

  it('closes reading, not writing, after fourteen days without contact', async () => {
    await setUp();
    await handOne('x');
    await syncNow();
    clock.ms += 15 * 86_400_000;
    cut = true;
    await restart();
    await unlock(PASSPHRASE);
    expect([session.leaseEnded, encounters.mine.length]).toEqual([true, 0]);
    const later = await handOne('still works');
    expect(find(later)?.sync).toBe('waiting');
    cut = false;
    await syncNow();
    await vi.waitFor(() => expect([session.leaseEnded, encounters.mine.length]).toEqual([false, 2]));
  });
});

it('signs out and keeps sealed what was not handed in', async () => {
  await setUp();
  cut = true;
  await handOne('x');
  expect(await signOut()).toEqual({ kept: 1 });
  expect([session.phase, session.profiles]).toEqual(['sign_in', []]);
  cut = false;
  await restart();
  await vi.waitFor(() => expect(peer.taken).toHaveLength(1), 5_000);
});

it('asks to sign in when the token ran out, and goes on after it', async () => {
  await setUp();
  const expired = () => Response.json({ noddfa: 'error/1', code: 'unauthorised', key: 'error.sign_in' }, { status: 401 });
  peer.fault = (path) => (path.endsWith('/pull') ? expired : null);
  await handOne('x');
  await syncNow();
  expect([session.needsSignIn, peer.taken.length, encounters.mine.length]).toEqual([true, 1, 1]);
  peer.fault = () => null;
  expect(await signIn('a@example.org', 'pw')).toEqual({ ok: true });
  expect(session.needsSignIn).toBe(false);
});
