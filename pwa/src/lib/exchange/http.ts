import { utf8, type Bytes } from '../casework/bytes';

/** Sends a request; the platform's own `fetch` in the app. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Nothing proper came back: no network, a hotspot's page, a proxy's error, a cut answer. Nothing is known, nothing is lost. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
  /** Something answered, and it was not our server. */
  readonly foreign: boolean;

  constructor(message: string, foreign = false) {
    super(message);
    this.foreign = foreign;
  }
}

/** The server's own refusal of a request. It never removes anything from the phone. */
export class Refused extends Error {
  override name = 'Refused';
  readonly status: number;
  readonly code: string;
  readonly key: string;
  /** Milliseconds to wait, when the server says so. */
  readonly retryAfterMs: number;
  readonly epoch: string;
  readonly lastSeq: number;
  /** The answers that stand in the way, each with the word that says why. */
  readonly fields: Record<string, string>;

  constructor(status: number, body: Record<string, unknown>, retryAfterMs: number) {
    super(`refused with ${status}`);
    this.status = status;
    this.code = asText(body['code']);
    this.key = asText(body['key']);
    this.retryAfterMs = retryAfterMs;
    this.epoch = asText(body['epoch']);
    this.lastSeq = asNumber(body['last_seq']);
    this.fields = Object.fromEntries(Object.entries(asObject(body['fields'])).map(([field, key]) => [field, asText(key)]));
  }
}

const LONGEST_ANSWER_MS = 30_000;
const GZIP_FROM = 1024;

export const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
export const asNumber = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) ? value : 0);
export const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Parses JSON that may be anything at all. */
export function parseObject(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Compresses what is worth compressing. A whole body, not a stream: browsers stream requests only over HTTP/2. */
export async function squeeze(body: Bytes): Promise<{ body: Bytes; headers: Record<string, string> }> {
  if (body.length < GZIP_FROM) return { body, headers: {} };
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'));
  return { body: new Uint8Array(await new Response(stream).arrayBuffer()), headers: { 'Content-Encoding': 'gzip' } };
}

/** The server, as seen from the phone. */
export class Server {
  readonly #fetch: Fetch;
  readonly #base: string;
  readonly #longestMs: number;

  /** `base` is '' in the app and an address in tests. `longestMs` ends a silent connection. */
  constructor(fetch: Fetch, base = '', longestMs = LONGEST_ANSWER_MS) {
    this.#fetch = fetch;
    this.#base = base;
    this.#longestMs = longestMs;
  }

  /** Sends a request and gives the answer with the timer that ends it, which the caller pushes back while it reads. */
  async send(path: string, init: RequestInit): Promise<{ response: Response; alive: () => void; done: () => void }> {
    const stop = new AbortController();
    let timer = setTimeout(() => stop.abort(), this.#longestMs);
    const done = (): void => clearTimeout(timer);
    const alive = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), this.#longestMs);
    };
    try {
      const response = await this.#fetch(this.#base + path, { cache: 'no-store', credentials: 'omit', redirect: 'error', ...init, signal: stop.signal });
      return { response, alive, done };
    } catch {
      done();
      throw new NoAnswer(`no answer from ${path}`);
    }
  }

  /** Posts JSON and expects an answer of one kind, such as `hello/1`. */
  async post(path: string, body: unknown, kind: string, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
    return this.postBytes(path, utf8(JSON.stringify(body)), kind, { 'Content-Type': 'application/json', ...headers });
  }

  /** Posts bytes and expects an answer of one kind. */
  async postBytes(path: string, body: Bytes, kind: string, headers: Record<string, string>): Promise<Record<string, unknown>> {
    const { response, done } = await this.send(path, { method: 'POST', body, headers });
    try {
      return proper(response, parseObject(await bodyText(response, path)), kind, path);
    } finally {
      done();
    }
  }
}

/** The body of an answer as text; a cut connection is no answer. */
export async function bodyText(response: Response, path: string): Promise<string> {
  try {
    return await response.text();
  } catch {
    throw new NoAnswer(`the answer from ${path} was cut off`);
  }
}

/** Tells a proper answer from a refusal, and both from something that is not our server. */
export function proper(response: Response, answer: Record<string, unknown> | null, kind: string, path: string): Record<string, unknown> {
  if (answer?.['noddfa'] === 'error/1') {
    throw new Refused(response.status, answer, asNumber(Number(response.headers.get('Retry-After'))) * 1000);
  }
  if (answer?.['noddfa'] !== kind) throw new NoAnswer(`what answered ${path} is not the server`, true);
  return answer;
}
