import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, expect, it } from 'vitest';
import type { Operation } from '../casework/types';
import { Clock, CREDENTIALS, emptyDisk, enrolled, exchangeOf } from '../testing/phone';
import { readLines } from '../testing/peer';
import type { Vault } from '../vault/vault';
import { NoAnswer, type Fetch } from './http';

// Whole exchanges as the server's tests recorded them: what the engine asks must be what the recorded phone asked, and
// each answer must do the same to the store.

interface Ask { path: string; request: { cursor?: string; epoch?: string; seqs?: number[] }; status: number; answer: string; lost?: boolean }
interface Ran { run: 'done' | 'no_answer' | 'wipe'; asks: Ask[]; after: { waiting: number; cursor: string; rows: Record<string, { r: number; v: number[]; d: Record<string, unknown> }> } }
interface Saved { save: Operation }
interface Transcript { about: string; user: string; key: { kid: string; pub: string }; steps: (Saved | Ran)[] }

const folder = new URL('../../../../testdata/exchange/', import.meta.url);
const transcripts = readdirSync(folder).map((name): [string, Transcript] =>
  [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Transcript]);

beforeEach(emptyDisk);

/** Checks a request against the recorded one, and gives the recorded answer with this phone's own operation ids. */
async function answer(ask: Ask, path: string, init: RequestInit): Promise<Response> {
  expect(path).toBe(ask.path);
  const [header, ...lines] = await readLines(init.body as Uint8Array<ArrayBuffer>, new Headers(init.headers));
  let text = ask.answer;
  if (ask.request.cursor !== undefined) expect(header?.['cursor']).toBe(ask.request.cursor);
  if (ask.request.seqs !== undefined) {
    const ops = lines.filter((line) => line['k'] === 'o');
    expect([header?.['epoch'], ops.map((op) => op['seq'])]).toEqual([ask.request.epoch, ask.request.seqs]);
    const ids = new Map(ops.map((op) => [op['seq'], String(op['op_id'])]));
    text = text.replace(/"seq":(\d+),"op_id":"\w+"/g, (_, seq: string) => `"seq":${seq},"op_id":"${ids.get(Number(seq)) ?? ''}"`);
  }
  if (ask.lost === true) throw new TypeError('lost answer');
  return new Response(text, { status: ask.status });
}

async function outcome(run: Promise<string>): Promise<string> {
  return run.catch((error: unknown) => {
    if (error instanceof NoAnswer) return 'no_answer';
    throw error;
  });
}

const sorted = (list: number[]): number[] => [...list].sort((a, b) => a - b);

async function expectStore(vault: Vault, { waiting, cursor, rows }: Ran['after']): Promise<void> {
  expect([await vault.waiting(), (await vault.meta())?.cursor]).toEqual([waiting, cursor]);
  const held = (await vault.rows()).map(({ c, i, r, v, d }) => [`${c}/${i}`, { r, v: sorted(v), d }]);
  expect(Object.fromEntries(held)).toEqual(rows);
}

it.each(transcripts)('%s', async (_name, { user, key, steps }) => {
  const clock = new Clock();
  const vault = await enrolled('slot', user, clock);
  await vault.changeMeta(key);
  const asks: Ask[] = [];
  const fetch: Fetch = (url, init) => {
    const next = asks.shift();
    if (next === undefined) throw new Error(`the recorded phone did not ask for ${url}`);
    return answer(next, new URL(url).pathname, init);
  };
  const exchange = exchangeOf(vault, fetch, clock);
  for (const step of steps) {
    if ('save' in step) {
      expect(await vault.save({ op: step.save, subject: step.save.rec, danger: false, fromDraft: null })).not.toBeNull();
      continue;
    }
    asks.push(...step.asks);
    expect(await outcome(exchange.run(CREDENTIALS))).toBe(step.run);
    expect(asks).toEqual([]);
    await expectStore(vault, step.after);
  }
});
