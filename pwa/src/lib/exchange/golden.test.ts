import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fromBase64url, text } from '../casework/bytes';
import type { Batch, Chunk, HelloAnswer } from '../casework/sync';
import { CREDENTIALS, Clock, quiet } from '../testing/phone';
import { reveal } from './account';
import { Exchange, type Work } from './exchange';
import { Server, type Fetch } from './http';
import { pull, type PullHeader } from './pull';
import { pushAnswer, pushBody, seqRange } from './wire';

// The same files are made by the server's tests and stand in docs/protocol.md.
const golden = (name: string): string => readFileSync(new URL(`../../../../testdata/protocol/${name}`, import.meta.url), 'utf8');
const object = (name: string): Record<string, unknown> => JSON.parse(golden(name)) as Record<string, unknown>;

/** A server that answers with one golden file, and keeps what it was sent. */
function answering(name: string): { server: Server; sent: string[] } {
  const sent: string[] = [];
  const fetch: Fetch = (_url, init) => {
    sent.push(text(init.body as Uint8Array));
    return Promise.resolve(new Response(golden(name)));
  };
  return { server: new Server(fetch), sent };
}

it('writes a push byte for byte', () => {
  const [header, ...ops] = golden('push-request.ndjson').trim().split('\n').map((line) => JSON.parse(line) as Record<string, string & number>);
  const batch: Batch = {
    device: header!['device']!, epoch: header!['epoch']!, drafts: [],
    ops: ops.map((op) => ({
      op_id: op['op_id']!, seq: op['seq']!, subject: 'r', sent: true,
      sealed: { kid: op['kid']!, enc: fromBase64url(op['enc']!), ct: fromBase64url(op['ct']!) },
    })),
  };
  expect(text(pushBody(batch, header!['app']!, header!['client_ms']!))).toBe(golden('push-request.ndjson'));
  expect(seqRange(batch)).toBe('1-1');
});

it('reads the answer to a push whole', () => {
  const { noddfa, ...rest } = object('push-answer.json');
  expect([noddfa, pushAnswer(object('push-answer.json'))]).toEqual(['push/1', rest]);
});

it('writes and reads a pull', async () => {
  const { server, sent } = answering('pull-answer.ndjson');
  const { device, cursor } = object('pull-request.json') as { device: string; cursor: string };
  const headers: PullHeader[] = [];
  const chunks: Chunk[] = [];
  await pull(server, { device, cursor, token: 't' }, (header) => headers.push(header) > 0, (chunk) => Promise.resolve(chunks.push(chunk) > 0));
  expect(sent).toEqual([golden('pull-request.json').trim()]);
  const lines = golden('pull-answer.ndjson').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  const changes = lines.filter((line) => 'pfxw'.includes(line['k'] as string));
  expect(chunks.flatMap((chunk) => chunk.lines)).toEqual(changes);
  expect([headers.length, chunks[0]?.from, chunks.at(-1)?.cursor]).toEqual([1, cursor, lines.findLast((line) => line['k'] === 'c')?.['cursor']]);
});

it('writes and reads hello', async () => {
  const { server, sent } = answering('hello-answer.json');
  const request = object('hello-request.json') as { device: string; sign_key: string; client_ms: number };
  const answer = object('hello-answer.json') as unknown as HelloAnswer;
  const heard: HelloAnswer[] = [];
  const meta = { user: answer.user.id, device: request.device, epoch: '' };
  const work = { meta: () => Promise.resolve(meta), changeMeta: () => Promise.resolve(meta), publicPoint: () => Promise.resolve(request.sign_key) };
  const clock = new Clock();
  clock.ms = request.client_ms;
  const listener = { ...quiet, hello: (one: HelloAnswer) => Promise.resolve(void heard.push(one)) };
  await new Exchange({ server, work: work as unknown as Work, listener, app: '0.1.0', now: clock.now }).greet(CREDENTIALS!);
  expect(sent).toEqual([golden('hello-request.json').trim()]);
  expect(answer).toMatchObject(heard[0]!);
});

it('writes and reads a reveal', async () => {
  const { server, sent } = answering('reveal-answer.json');
  const { coll, rec, what } = object('reveal-request.json') as { coll: string; rec: string; what: string };
  expect(await reveal(server, { token: 't', device: 'd' }, coll, rec, what)).toEqual(object('reveal-answer.json')['d']);
  expect(sent).toEqual([golden('reveal-request.json').trim()]);
});
