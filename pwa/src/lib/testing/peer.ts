import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { fromBase64url, text, toBase64url, utf8 } from '../casework/bytes';
import type { FeedLine, Verdict } from '../casework/sync';
import type { Operation } from '../casework/types';
import type { Fetch } from '../exchange/http';

interface Line { k: string; op_id: string; seq: number; kid: string; enc: string; ct: string; rec: string; n: number; gone?: boolean }

const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** What a test does to one request: nothing, lose the request, lose the answer, or answer something else. */
export type Fault = null | 'lose request' | 'lose answer' | ((path: string) => Response);

/**
 * The other end of the wire, written from docs/protocol.md alone, for tests that need faults at exact moments.
 * It really opens what is sealed and really remembers verdicts; it has no rules about records.
 */
export class Peer {
  epoch = 'epoch-a';
  head = 0;
  order = '';
  user = 'user00000000001';
  /** Operations taken, by device, in order. */
  readonly taken: { device: string; seq: number; op_id: string; op: Operation }[] = [];
  readonly drafts = new Map<string, { n: number; gone: boolean; content: unknown }>();
  readonly requests: { path: string; headers: Headers; lines: Line[] }[] = [];
  /** Asked before each request. */
  fault: (path: string) => Fault = () => null;
  /** The lines of a pull from a cursor. */
  feed: (from: number) => FeedLine[] = (from) => this.rowsAfter(from);
  verdict: (op: Operation) => Verdict['v'] = () => 'ok';
  mostOps = 100;
  readonly #rows: (FeedLine & { k: 'p' })[] = [];
  readonly #verdicts = new Map<string, Map<number, Verdict>>();
  #keys: CryptoKeyPair | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  /** Goes back to an empty backup: same keys, a new history. */
  restoreEmpty(): void {
    this.epoch = 'epoch-b';
    this.head = 0;
    this.taken.length = 0;
    this.#rows.length = 0;
    this.#verdicts.clear();
  }

  rowsAfter(from: number): FeedLine[] {
    return this.#rows.filter((row) => row.r > from);
  }

  /** Puts a row as another person's work would. */
  putRow(c: string, i: string, d: Record<string, unknown>): number {
    this.head += 1;
    this.#rows.push({ k: 'p', c, i, r: this.head, v: [1], d });
    return this.head;
  }

  readonly fetch: Fetch = async (url, init) => {
    const path = new URL(url).pathname;
    const fault = this.fault(path);
    if (fault === 'lose request') throw new TypeError('fetch failed');
    if (typeof fault === 'function') return fault(path);
    const answer = await this.#answer(path, init);
    if (fault === 'lose answer') throw new TypeError('fetch failed');
    return answer;
  };

  async #answer(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const lines = await readLines(init.body as Uint8Array<ArrayBuffer>, headers);
    this.requests.push({ path, headers, lines: lines.slice(1) as unknown as Line[] });
    const header = lines[0] ?? {};
    if (path === '/api/noddfa/hello') return Response.json(await this.#hello(header));
    if (path === '/api/noddfa/push') {
      // One hand-in after the other, as in one write transaction.
      const before = this.#turn;
      const mine = before.then(() => this.#push(header, lines.slice(1) as unknown as Line[]));
      this.#turn = mine.catch(() => undefined);
      return mine;
    }
    if (path === '/api/noddfa/pull') return this.#pull(header);
    return Response.json({ token: 'token', record: { id: this.user } });
  }

  async #pair(): Promise<CryptoKeyPair> {
    this.#keys ??= await suite.kem.generateKeyPair();
    return this.#keys;
  }

  async #hello(request: Record<string, unknown>): Promise<object> {
    const pub = toBase64url(await suite.kem.serializePublicKey((await this.#pair()).publicKey));
    const device = String(request['device']);
    return {
      noddfa: 'hello/1', epoch: this.epoch, head: this.head, durable: 0, last_seq: this.#of(device).size, server_ms: 1, key: { kid: 'k1', pub },
      user: { id: this.user, name: 'Aderyn Enghraifft', roles: ['field'], agency: 'a', agency_name: { en: 'A', cy: 'A' } },
      device: { id: device, name: request['name'], revoked: false }, policy: {}, order: this.order, demo: true,
    };
  }

  #of(device: string): Map<number, Verdict> {
    const known = this.#verdicts.get(device) ?? new Map<number, Verdict>();
    this.#verdicts.set(device, known);
    return known;
  }

  async #push(header: Record<string, unknown>, lines: Line[]): Promise<Response> {
    const known = this.#of(String(header['device']));
    const error = (status: number, body: object): Response => Response.json({ noddfa: 'error/1', ...body }, { status });
    if (header['epoch'] !== this.epoch) return error(409, { code: 'conflict', key: 'error.epoch', epoch: this.epoch, last_seq: known.size });
    const ops = lines.filter((line) => line.k === 'o');
    if (ops.length > this.mostOps) return error(413, { code: 'too_large', key: 'error.too_large' });
    const verdicts: Verdict[] = [];
    let stop: object | undefined;
    for (const line of ops) {
      const before = known.get(line.seq);
      if (before === undefined && line.seq !== known.size + 1) stop = { why: 'gap', expect: known.size + 1 };
      else if (before !== undefined && before.op_id !== line.op_id) stop = { why: 'fork' };
      if (stop !== undefined) break;
      verdicts.push(before ?? (await this.#take(String(header['device']), line)));
    }
    for (const line of lines.filter((one) => one.k === 'd')) await this.#keepDraft(line);
    const drafts = lines.filter((line) => line.k === 'd').map(({ rec, n }) => ({ rec, n }));
    return Response.json({ noddfa: 'push/1', epoch: this.epoch, last_seq: known.size, head: this.head, durable: 0, server_ms: 1, order: this.order, verdicts, drafts, stop });
  }

  async #take(device: string, line: Line): Promise<Verdict> {
    const op = (await this.#open('noddfa-op/1', line.op_id, line)) as Operation;
    this.head += 1;
    const twice = this.taken.some((one) => one.op_id === line.op_id);
    const verdict: Verdict = { seq: line.seq, op_id: line.op_id, v: twice ? 'dup' : this.verdict(op), commit: this.head, rev: this.head };
    this.#of(device).set(line.seq, verdict);
    this.taken.push({ device, seq: line.seq, op_id: line.op_id, op });
    if (verdict.v === 'ok' && op.kind === 'create') {
      this.#rows.push({ k: 'p', c: op.coll, i: op.rec, r: this.head, v: [2], d: { ...op.set, author: op.user, state: 'submitted' } });
    }
    return verdict;
  }

  async #keepDraft(line: Line): Promise<void> {
    const gone = line.gone === true;
    const content = gone ? null : await this.#open('noddfa-draft/1', line.rec, line);
    this.drafts.set(line.rec, { n: line.n, gone, content });
  }

  async #open(info: string, id: string, line: Line): Promise<unknown> {
    const recipient = { recipientKey: (await this.#pair()).privateKey, enc: fromBase64url(line.enc).buffer, info: utf8(info).buffer };
    const bound = utf8(`${info}|${id}|${this.user}|${line.kid}`).buffer;
    return JSON.parse(text(await suite.open(recipient, fromBase64url(line.ct).buffer, bound)));
  }

  #pull(request: Record<string, unknown>): Response {
    const from = Number(request['cursor'] || 0);
    const rows = this.feed(from);
    const lines = [
      { k: 'h', noddfa: 'pull/1', epoch: this.epoch, head: this.head, gen: 1, total: rows.length, server_ms: 1, order: this.order },
      ...rows,
      { k: 'c', cursor: String(this.head), n: rows.length, more: false, head: this.head },
      { k: 'e' },
    ];
    return new Response(lines.map((line) => JSON.stringify(line) + '\n').join(''), { headers: { 'Content-Type': 'application/x-ndjson' } });
  }
}

export async function readLines(body: Uint8Array<ArrayBuffer> | string | undefined, headers: Headers): Promise<Record<string, unknown>[]> {
  if (body === undefined) return [];
  const plain = headers.get('Content-Encoding') === 'gzip'
    ? await new Response(new Blob([body]).stream().pipeThrough(new DecompressionStream('gzip'))).text()
    : await new Response(body).text();
  return plain.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
}
