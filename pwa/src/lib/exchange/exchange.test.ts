import { beforeEach, describe, expect, it } from 'vitest';
import { CREDENTIALS, Clock, emptyDisk, enrolled, exchangeOf, openTab, PASSPHRASE, quiet, saveRecord } from '../testing/phone';
import { Peer } from '../testing/peer';
import type { Vault } from '../vault/vault';
import { Exchange } from './exchange';
import { NoAnswer, Refused, Server } from './http';

const USER = 'user00000000001';
let clock: Clock;
let peer: Peer;
let vault: Vault;
let exchange: Exchange;

beforeEach(async () => {
  emptyDisk();
  clock = new Clock();
  peer = new Peer();
  vault = await enrolled('slot', USER, clock);
  exchange = exchangeOf(vault, peer.fetch, clock);
  await exchange.run(CREDENTIALS);
  peer.requests.length = 0;
});

const takenOnce = (): void => expect(new Set(peer.taken.map((one) => one.op_id)).size).toBe(peer.taken.length);

describe('the whole path', () => {
  it('hands a record in and gets it back as a row', async () => {
    const rec = await saveRecord(vault, USER, { narrative: 'what happened' });
    expect(await vault.waiting()).toBe(1);
    expect(await exchange.run(CREDENTIALS)).toBe('done');
    expect(peer.taken.map((one) => one.op.set)).toEqual([{ narrative: 'what happened' }]);
    expect(await vault.waiting()).toBe(0);
    expect((await vault.rows()).map((row) => [row.i, row.d['narrative']])).toEqual([[rec, 'what happened']]);
    expect(await vault.overlays()).toEqual([]);
  });

  it('hands in drafts sealed, and says when they are gone', async () => {
    await vault.saveDraft('rec000000000001', { base_rev: 0, value: { narrative: 'half' }, at_ms: 1 });
    await exchange.run(CREDENTIALS);
    expect(peer.drafts.get('rec000000000001')).toMatchObject({ n: 1, gone: false, content: { value: { narrative: 'half' } } });
    await vault.discardDraft('rec000000000001');
    await exchange.run(CREDENTIALS);
    expect(peer.drafts.get('rec000000000001')).toMatchObject({ n: 2, gone: true });
    expect(await vault.draftsToSend()).toBe(0);
  });

  it('hands in while locked, with the device signature and no token', async () => {
    await saveRecord(vault, USER);
    vault.lock();
    expect(await exchange.run(null)).toBe('done');
    expect(peer.taken).toHaveLength(1);
    const { headers } = peer.requests[0]!;
    expect([headers.get('Authorization'), headers.get('X-Noddfa-Signature')?.length]).toEqual([null, 86]);
  });
});

describe('a bad network', () => {
  it('gives no operation a second effect when an answer is lost', async () => {
    await saveRecord(vault, USER);
    peer.fault = (path) => (path.endsWith('/push') ? 'lose answer' : null);
    await expect(exchange.run(CREDENTIALS)).rejects.toBeInstanceOf(NoAnswer);
    expect(await vault.waiting()).toBe(1);
    peer.fault = () => null;
    await exchange.run(CREDENTIALS);
    expect(await vault.waiting()).toBe(0);
    takenOnce();
  });

  it.each([
    ['a hotspot page', () => new Response('<html>Welcome to our WiFi', { status: 200 })],
    ['a proxy error', () => new Response('<h1>502</h1>', { status: 502 })],
    ['JSON that is not ours', () => Response.json({ verdicts: [{ seq: 1, v: 'ok' }] })],
    ['a cut answer', () => new Response('{"noddfa":"push/1","verd')],
    ['an unknown verdict', () => Response.json({ noddfa: 'push/1', epoch: 'epoch-a', verdicts: [{ seq: 1, v: 'perhaps' }] })],
  ])('takes %s for no answer', async (_name, answer) => {
    await saveRecord(vault, USER);
    peer.fault = (path) => (path.endsWith('/push') ? answer : null);
    await expect(exchange.run(CREDENTIALS)).rejects.toBeInstanceOf(NoAnswer);
    expect(await vault.waiting()).toBe(1);
  });

  it('uses a verdict once when two tabs get it', async () => {
    await saveRecord(vault, USER);
    const other = await openTab('slot', clock);
    await other.unlock(PASSPHRASE);
    const [a, b] = await Promise.all([exchange.run(CREDENTIALS), exchangeOf(other, peer.fetch, clock).run(CREDENTIALS)]);
    expect([a, b, await vault.waiting(), (await vault.rows()).length]).toEqual(['done', 'done', 0, 1]);
    takenOnce();
  });

  it('throws away a chunk that comes after another tab moved the cursor', async () => {
    const late = { from: '', epoch: 'epoch-a', gen: 1, lines: [{ k: 'f' as const, c: 'encounters', i: 'x' }], cursor: 'c9', more: false, head: 9 };
    expect(await vault.apply(late)).toBeNull();
    expect((await vault.meta())?.cursor).toBe('0');
  });

  it('keeps closed chunks and drops an open one when the feed is cut', async () => {
    const head = { k: 'h', noddfa: 'pull/1', epoch: 'epoch-a', gen: 1, total: 2, order: '' };
    const row = (i: string) => ({ k: 'p', c: 'encounters', i, r: 1, v: [1], d: { state: 'draft' } });
    const cut = [head, row('a'), { k: 'c', cursor: 'mid', n: 1, more: true, head: 1 }, row('b')].map((line) => JSON.stringify(line)).join('\n');
    peer.fault = (path) => (path.endsWith('/pull') ? () => new Response(cut) : null);
    await expect(exchange.run(CREDENTIALS)).rejects.toBeInstanceOf(NoAnswer);
    expect([(await vault.meta())?.cursor, (await vault.rows()).map((one) => one.i)]).toEqual(['mid', ['a']]);
  });

  it('refuses a feed with a line it must not skip, and skips what it may', async () => {
    peer.feed = () => [{ k: 'later' } as never, { k: 'p', c: 'encounters', i: 'a', r: 1, v: [1], d: {} }];
    await exchange.run(CREDENTIALS);
    expect(await vault.rows()).toHaveLength(1);
    peer.feed = () => [{ k: '!new' } as never];
    await expect(exchange.run(CREDENTIALS)).rejects.toBeInstanceOf(NoAnswer);
  });
});

describe('refusals', () => {
  it('keeps everything on 401, hands in by signature, and asks to sign in', async () => {
    await saveRecord(vault, USER);
    const expired = () => Response.json({ noddfa: 'error/1', code: 'unauthorised', key: 'error.sign_in' }, { status: 401 });
    peer.fault = (path) => (path.endsWith('/pull') || path.endsWith('/hello') ? expired : null);
    expect(await exchangeOf(vault, peer.fetch, clock).run(CREDENTIALS)).toBe('sign_in');
    expect(peer.taken).toHaveLength(1);
  });

  it('learns on 401 that it is to wipe, though nothing waits: a revoked phone has no token', async () => {
    const expired = () => Response.json({ noddfa: 'error/1', code: 'unauthorised', key: 'error.sign_in' }, { status: 401 });
    peer.fault = (path) => (path.endsWith('/pull') || path.endsWith('/hello') ? expired : null);
    peer.order = 'wipe';
    expect(await exchangeOf(vault, peer.fetch, clock).run(CREDENTIALS)).toBe('wipe');
  });

  it('halves a batch that is too large', async () => {
    for (let i = 0; i < 5; i++) await saveRecord(vault, USER);
    peer.mostOps = 1;
    await exchange.run(CREDENTIALS);
    expect(peer.taken.map((one) => one.seq)).toEqual([1, 2, 3, 4, 5]);
  });

  it('tells how long to wait on 429', async () => {
    await saveRecord(vault, USER);
    const slow = () => Response.json({ noddfa: 'error/1', code: 'slow_down', key: 'error.slow_down' }, { status: 429, headers: { 'Retry-After': '7' } });
    peer.fault = (path) => (path.endsWith('/push') ? slow : null);
    const refusal: unknown = await exchange.run(CREDENTIALS).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refused);
    expect((refusal as Refused).retryAfterMs).toBe(7000);
  });

  it('hands in again what a restored server no longer knows', async () => {
    const rec = await saveRecord(vault, USER);
    await exchange.run(CREDENTIALS);
    peer.restoreEmpty();
    await saveRecord(vault, USER);
    expect(await exchange.run(CREDENTIALS)).toBe('done');
    expect(peer.taken.map((one) => one.seq)).toEqual([1, 2]);
    expect([peer.taken[0]?.op.rec, (await vault.rows()).length, (await vault.meta())?.epoch]).toEqual([rec, 2, 'epoch-b']);
  });

  it('sends again from the number a server asks for', async () => {
    await saveRecord(vault, USER);
    await exchange.run(CREDENTIALS);
    expect(await vault.fillGap(1)).toBe(true);
    await exchange.run(CREDENTIALS);
    expect([await vault.waiting(), peer.taken.length]).toEqual([0, 1]);
  });

  it('becomes a new device when its numbers were used by a copy', async () => {
    const old = (await vault.meta())?.device;
    await saveRecord(vault, USER);
    const fork = { noddfa: 'push/1', epoch: 'epoch-a', last_seq: 1, head: 1, verdicts: [], drafts: [], stop: { why: 'fork' } };
    peer.fault = (path) => {
      if (!path.endsWith('/push')) return null;
      peer.fault = () => null;
      return () => Response.json(fork);
    };
    expect(await exchange.run(CREDENTIALS)).toBe('done');
    expect([(await vault.meta())?.device === old, await vault.waiting(), peer.taken.length]).toEqual([false, 0, 1]);
  });

  it('obeys an order to wipe by saying so, and still has what was never handed in', async () => {
    await saveRecord(vault, USER);
    peer.order = 'wipe';
    expect(await exchangeOf(vault, peer.fetch, clock).run(CREDENTIALS)).toBe('wipe');
    await vault.wipe();
    expect([await vault.waiting(), (await vault.tries()) === null]).toEqual([1, true]);
    expect(await exchange.run(null)).toBe('wipe');
    expect([await vault.waiting(), peer.taken.length]).toEqual([0, 1]);
  });
});

it('works with a clock ten years wrong', async () => {
  clock.ms -= 10 * 365 * 86_400_000;
  await saveRecord(vault, USER);
  const lateServer = new Server(peer.fetch, 'http://peer.test');
  const late = new Exchange({ server: lateServer, work: vault, listener: quiet, app: '0.1.0', now: clock.now });
  expect(await late.run(CREDENTIALS)).toBe('done');
  expect(await vault.waiting()).toBe(0);
});
