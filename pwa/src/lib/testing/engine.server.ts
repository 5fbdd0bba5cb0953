import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DemoSignIn, Operation } from '../casework/types';
import { demoSignIns, signIn } from '../exchange/account';
import { NoAnswer, Server, type Fetch } from '../exchange/http';
import { platformFetch } from '../exchange/platform';
import { Vault } from '../vault/vault';
import { faulty, seeded } from './faulty';
import { Clock, creation, emptyDisk, exchangeOf, inProcessKdf, PASSPHRASE } from './phone';

// The real engine against the real server. The binary comes from NODDFA_BIN; without it this suite fails rather than passing for nothing.
const binary = process.env['NODDFA_BIN'] ?? '';
let server: ChildProcess;
let folder = '';
let base = '';
let people: DemoSignIn[] = [];

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

beforeAll(async () => {
  expect(binary, 'NODDFA_BIN names the server to test').not.toBe('');
  folder = await mkdtemp(join(tmpdir(), 'noddfa-engine-'));
  const address = `127.0.0.1:${await freePort()}`;
  base = `http://${address}`;
  server = spawn(binary, ['serve', '--demo', '--dir', join(folder, 'data'), '--keys', join(folder, 'keys'), '--http', address], { stdio: 'ignore' });
  for (let tries = 0; people.length === 0 && tries < 300; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    people = await demoSignIns(new Server(platformFetch, base)).catch(() => []);
  }
  expect(people.length).toBeGreaterThan(0);
}, 90_000);

afterAll(async () => {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
  await rm(folder, { recursive: true, force: true });
});

beforeEach(emptyDisk);

/** One signed-in, enrolled phone. */
interface Phone {
  user: string;
  vault: Vault;
  /** Exchanges until a whole run has gone through; every failure on the way must be a missing answer. */
  converge: (fetch?: Fetch) => Promise<void>;
}

async function phoneOf(role: string, agency?: string): Promise<Phone> {
  const person = people.find((one) => one.role === role && (agency === undefined || one.agency === agency));
  if (person === undefined) throw new Error(`the demo has nobody who is ${role}`);
  const { token, user } = await signIn(new Server(platformFetch, base), person.email, person.password);
  const clock = new Clock();
  clock.ms = Date.now();
  const vault = await Vault.open(`${role}-phone`, { kdf: inProcessKdf, now: clock.now });
  await vault.enrol(user, PASSPHRASE);
  const credentials = { token, deviceName: 'Test phone' };
  const converge = async (fetch: Fetch = platformFetch): Promise<void> => {
    const exchange = exchangeOf(vault, fetch, clock, base);
    for (let tries = 0; tries < 60; tries++) {
      const result = await exchange.run(credentials).catch((error: unknown) => {
        if (error instanceof NoAnswer) return 'no answer';
        throw error;
      });
      if (result === 'done') return;
    }
    throw new Error('the exchange did not come to an end');
  };
  await converge();
  return { user, vault, converge };
}

const agencyOf = (role: string): string => people.find((one) => one.role === role)?.agency ?? '';

async function save({ vault }: Phone, op: Operation): Promise<string> {
  expect(await vault.save({ op, subject: op.rec, danger: op.set?.['danger'] === true, fromDraft: null })).not.toBeNull();
  return op.rec;
}

const record = (user: string, narrative: string): Operation => creation(user, { narrative, codename: 'Robin', met_at: '2026-11-20T10:00:00Z', language: 'en' });
const rowsOf = async ({ vault }: Phone, coll: string) => new Map((await vault.rows()).filter((row) => row.c === coll).map((row) => [row.i, row]));

describe('the engine and the server', () => {
  it.each([1, 2, 3])('lose nothing and do nothing twice through a network that fails half the time (seed %i)', async (seed) => {
    const phone = await phoneOf('field');
    const before = (await rowsOf(phone, 'encounters')).size;
    const network = faulty(platformFetch, seeded(seed));
    const made = new Map<string, string>();
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 3; i++) made.set(await save(phone, record(phone.user, `seed ${seed} ${round}.${i}`)), `seed ${seed} ${round}.${i}`);
      await phone.vault.saveDraft(`draft0000000000${round}`.slice(-15), { base_rev: 0, value: { narrative: 'half' }, at_ms: 1 });
      await phone.converge(network);
    }
    const rows = await rowsOf(phone, 'encounters');
    expect(rows.size).toBe(before + made.size);
    for (const [id, narrative] of made) expect(rows.get(id)?.d).toMatchObject({ narrative, state: 'submitted', author: phone.user });
    expect([await phone.vault.waiting(), await phone.vault.draftsToSend(), (await phone.vault.overlays()).length]).toEqual([0, 0, 0]);
  }, 60_000);

  it('hand in from a locked phone by the device signature alone', async () => {
    const phone = await phoneOf('field');
    const id = await save(phone, record(phone.user, 'sealed, then locked'));
    phone.vault.lock();
    expect(await exchangeOf(phone.vault, platformFetch, new Clock(), base).run(null)).toBe('done');
    expect(await phone.vault.waiting()).toBe(0);
    await phone.vault.unlock(PASSPHRASE);
    await phone.converge();
    expect((await rowsOf(phone, 'encounters')).get(id)?.d['narrative']).toBe('sealed, then locked');
  }, 30_000);

  it('carry a record to the desk, back with reasons, and to approval', async () => {
    const phone = await phoneOf('field');
    const desk = await phoneOf('supervisor', agencyOf('field'));
    const id = await save(phone, record(phone.user, 'first version'));
    await phone.converge();
    await desk.converge();
    const decide = async (name: string, args: Record<string, unknown>): Promise<void> => {
      const rev = (await rowsOf(desk, 'encounters')).get(id)?.r ?? 0;
      expect(rev).toBeGreaterThan(0);
      const { set: _set, ...common } = creation(desk.user, {}, id);
      await save(desk, { ...common, kind: 'cmd', base_rev: rev, cmd: { name, expect_rev: rev, args } });
      await desk.converge();
      await phone.converge();
    };
    await decide('pick_up', {});
    await decide('return', { codes: ['R01'], note: 'please say where' });
    const returned = (await rowsOf(phone, 'encounters')).get(id);
    expect(returned?.d['state']).toBe('returned');
    const { set: _set, ...common } = creation(phone.user, {}, id);
    const change = { set: { narrative: 'second version' }, prev: { narrative: 'first version' }, cmd: { name: 'resubmit', args: {} } };
    await save(phone, { ...common, kind: 'patch', base_rev: returned?.r ?? 0, ...change });
    await phone.converge();
    await desk.converge();
    await decide('pick_up', {});
    await decide('approve', {});
    expect((await rowsOf(phone, 'encounters')).get(id)?.d).toMatchObject({ state: 'approved', narrative: 'second version' });
    const told = [...(await rowsOf(phone, 'reviews')).values()].filter((row) => row.d['encounter'] === id).map((row) => row.d['event']);
    expect(told).toEqual(expect.arrayContaining(['return', 'approve']));
    expect([...(await rowsOf(phone, 'versions')).values()].filter((row) => row.d['encounter'] === id)).toHaveLength(2);
  }, 60_000);
});
