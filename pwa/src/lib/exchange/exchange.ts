import type { Bytes } from '../casework/bytes';
import type { Batch, BatchLimit, Chunk, HelloAnswer, PushAnswer, SyncMeta } from '../casework/sync';
import { NoAnswer, Refused, squeeze, type Server } from './http';
import { pull, type PullHeader } from './pull';
import { helloAnswer, pushAnswer, pushBody, seqRange } from './wire';

/** The store the exchange works on; the vault in the app. */
export interface Work {
  meta(): Promise<SyncMeta | undefined>;
  changeMeta(change: Partial<SyncMeta>): Promise<SyncMeta>;
  publicPoint(): Promise<string>;
  sign(body: Bytes, range: string): Promise<string>;
  batch(limit: BatchLimit): Promise<Batch>;
  settle(asked: Batch, answer: PushAnswer): Promise<SyncMeta | null>;
  adoptEpoch(epoch: string, lastSeq: number): Promise<void>;
  fillGap(expect: number): Promise<boolean>;
  becomeNewDevice(): Promise<void>;
  apply(chunk: Chunk): Promise<string[] | null>;
}

/** What the exchange tells as it goes. */
export interface Listener {
  hello(answer: HelloAnswer): Promise<void>;
  settled(answer: PushAnswer): void;
  rows(names: string[]): void;
  progress(phase: 'sending' | 'receiving', done: number, total: number): void;
}

/** How a run came out. `wipe`: the server asks to erase what can be read. `sign_in`: the token is no longer taken. */
export type RunResult = 'done' | 'wipe' | 'sign_in';

/** The signed-in user's token and the device's name; null when the phone is locked. */
export type Credentials = { token: string; deviceName: string } | null;

/** How the exchange is built; only tests replace anything. */
export interface ExchangeParts {
  server: Server;
  work: Work;
  listener: Listener;
  app: string;
  now: () => number;
}

const FULL: BatchLimit = { ops: 100, drafts: 50, bytes: 600_000 };
const MOST_ROUNDS = 10_000;

/** Hands work in and learns what changed: hello, push until nothing waits, pull until nothing is new. */
export class Exchange {
  readonly #parts: ExchangeParts;
  #greeted = '';

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** One whole run. Rejects with NoAnswer or Refused; whatever was done until then stands. */
  async run(credentials: Credentials): Promise<RunResult> {
    if (credentials === null) return this.#push(null);
    try {
      return await this.#runSignedIn(credentials);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      // The device may still hand in what is sealed; only reading needs the person. It asks even with nothing to hand in,
      // because a revoked device's owner has no token any more, and the order to wipe must still come.
      const result = await this.#push(null, true);
      return result === 'wipe' ? 'wipe' : 'sign_in';
    }
  }

  async #runSignedIn(credentials: NonNullable<Credentials>): Promise<RunResult> {
    // A changed device or history asks for one more round, and never for many.
    for (let round = 0; round < 4; round++) {
      if ((await this.greet(credentials)) === 'wipe') return 'wipe';
      const pushed = await this.#push(credentials);
      if (pushed === 'wipe') return 'wipe';
      const meta = await this.#meta();
      if (this.#greeted === meta.device && (await this.#pull(credentials))) return this.#wiped ? 'wipe' : 'done';
      this.#greeted = '';
    }
    throw new NoAnswer('the server keeps changing its history');
  }

  #wiped = false;

  async #meta(): Promise<SyncMeta> {
    const meta = await this.#parts.work.meta();
    if (meta === undefined) throw new Error('no device is enrolled');
    return meta;
  }

  /** Says hello once a session: registers the device and learns the key to seal to. */
  async greet({ token, deviceName }: NonNullable<Credentials>): Promise<RunResult> {
    const { server, work, app, now, listener } = this.#parts;
    const meta = await this.#meta();
    if (this.#greeted === meta.device) return 'done';
    const request = { proto: 1, device: meta.device, name: deviceName, sign_key: await work.publicPoint(), app, client_ms: now() };
    const headers = { Authorization: token, 'X-Noddfa-Device': meta.device };
    const answer = helloAnswer(await server.post('/api/noddfa/hello', request, 'hello/1', headers));
    if (answer.epoch === '' || answer.key.pub === '') throw new NoAnswer('hello came without its key');
    if (answer.user.id !== meta.user) throw new NoAnswer('hello is for another user');
    if (meta.epoch !== '' && answer.epoch !== meta.epoch) await work.adoptEpoch(answer.epoch, answer.last_seq);
    await work.changeMeta({
      registered: true, epoch: answer.epoch, kid: answer.key.kid, pub: answer.key.pub, durable: answer.durable,
      leaseDays: answer.policy.lease_days, keepDays: answer.policy.keep_days, lastContactMs: now(),
    });
    await listener.hello(answer);
    this.#greeted = meta.device;
    return answer.order === 'wipe' ? 'wipe' : 'done';
  }

  /** Pushes until nothing waits. Danger first is decided where operations get their numbers. */
  async #push(credentials: Credentials, evenEmpty = false): Promise<RunResult> {
    let limit = FULL;
    let sent = 0;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const batch = await this.#parts.work.batch(limit);
      const size = batch.ops.length + batch.drafts.length;
      if (size === 0 && !evenEmpty) return 'done';
      if (batch.epoch === '') return 'done';
      this.#parts.listener.progress('sending', sent, sent + size);
      let answer: PushAnswer;
      try {
        answer = await this.#send(batch, credentials);
      } catch (error) {
        limit = await this.#afterRefusal(error, batch, limit);
        continue;
      }
      const settled = await this.#parts.work.settle(batch, answer);
      this.#parts.listener.settled(answer);
      if (answer.order === 'wipe') return 'wipe';
      if (answer.stop !== undefined) {
        if (await this.#afterStop(answer.stop)) return 'done';
        continue;
      }
      sent += size;
      if (settled === null || size === 0) return 'done';
      if (answer.verdicts.length + answer.drafts.length === 0) throw new NoAnswer('the server gave no verdicts');
    }
    throw new NoAnswer('the hand-in did not come to an end');
  }

  async #send(batch: Batch, credentials: Credentials): Promise<PushAnswer> {
    const { server, work, app, now } = this.#parts;
    const { body, headers: encoding } = await squeeze(pushBody(batch, app, now()));
    const proof: Record<string, string> = credentials === null
      ? { 'X-Noddfa-Signature': await work.sign(body, seqRange(batch)) }
      : { Authorization: credentials.token };
    const headers = { 'Content-Type': 'application/x-ndjson', 'X-Noddfa-Device': batch.device, ...encoding, ...proof };
    return pushAnswer(await server.postBytes('/api/noddfa/push', body, 'push/1', headers));
  }

  /** A batch that is too large is halved; a new history is adopted; anything else ends the run. */
  async #afterRefusal(error: unknown, batch: Batch, limit: BatchLimit): Promise<BatchLimit> {
    if (!(error instanceof Refused)) throw error;
    if (error.code === 'conflict' && error.epoch !== '' && error.epoch !== batch.epoch) {
      await this.#parts.work.adoptEpoch(error.epoch, error.lastSeq);
      return limit;
    }
    const size = batch.ops.length + batch.drafts.length;
    if (error.status !== 413 || size <= 1) throw error;
    const ops = Math.max(1, Math.floor(batch.ops.length / 2));
    return { ops, drafts: Math.floor(batch.drafts.length / 2), bytes: limit.bytes };
  }

  /** True when the device is a new one now and has to say hello before it goes on. */
  async #afterStop(stop: NonNullable<PushAnswer['stop']>): Promise<boolean> {
    if (stop.why === 'gap' && (await this.#parts.work.fillGap(stop.expect ?? 0))) return false;
    await this.#parts.work.becomeNewDevice();
    return true;
  }

  /** Pulls until nothing is new. False when the server's history is not the one the phone knows. */
  async #pull({ token }: NonNullable<Credentials>): Promise<boolean> {
    const { server, work, listener } = this.#parts;
    let more = true;
    while (more) {
      const meta = await this.#meta();
      let known = true;
      let received = 0;
      let total = 0;
      const start = (header: PullHeader): boolean => {
        known = header.epoch === meta.epoch;
        total = header.total;
        this.#wiped = header.order === 'wipe';
        return known && !this.#wiped;
      };
      more = false;
      await pull(server, { device: meta.device, cursor: meta.cursor, token }, start, async (chunk) => {
        const names = await work.apply(chunk);
        // Another tab was first: its rows are on the disk already, and the next round starts from its cursor.
        more = names === null || chunk.more;
        received += chunk.lines.length;
        listener.progress('receiving', received, Math.max(total, received));
        if (names !== null) listener.rows(names);
        return names !== null;
      });
      if (!known) return false;
    }
    return true;
  }
}
