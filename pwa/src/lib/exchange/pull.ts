import { utf8 } from '../casework/bytes';
import type { Chunk, FeedLine } from '../casework/sync';
import { asNumber, asText, bodyText, NoAnswer, parseObject, proper, type Server } from './http';
import { feedLine } from './wire';

/** The header of a pull. `total` rows are to come in a bootstrap. */
export interface PullHeader {
  epoch: string;
  gen: number;
  total: number;
  order: string;
}

const LONGEST_LINE = 4 * 1024 * 1024;
const MOST_LINES = 10_000;

/** Splits a stream into its lines. A last line without an end was cut off and is not given. */
async function* linesOf(body: ReadableStream<Uint8Array>, alive: () => void): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      const parts = (rest + value).split('\n');
      rest = parts.pop() ?? '';
      if (rest.length > LONGEST_LINE) throw new NoAnswer('a line of the feed is too long');
      yield* parts;
    }
  } finally {
    // An early end of the reading must also end the connection.
    await reader.cancel().catch(() => undefined);
  }
}

function readHeader(raw: Record<string, unknown> | null): PullHeader {
  if (raw?.['k'] !== 'h' || raw['noddfa'] !== 'pull/1') throw new NoAnswer('what answered the pull is not the server', true);
  return { epoch: asText(raw['epoch']), gen: asNumber(raw['gen']), total: asNumber(raw['total']), order: asText(raw['order']) };
}

/** Reads the lines of a pull and gives each chunk when its closing line has arrived. */
async function* chunksOf(lines: AsyncGenerator<string>, header: PullHeader, cursor: string): AsyncGenerator<Chunk> {
  let from = cursor;
  let held: FeedLine[] = [];
  for await (const line of lines) {
    const raw = parseObject(line);
    const kind = asText(raw?.['k']);
    if (raw === null || kind.startsWith('!')) throw new NoAnswer('the feed has a line this version must not skip');
    if (kind === 'e') return;
    if (kind === 'c') {
      const chunk = { from, epoch: header.epoch, gen: header.gen, lines: held, cursor: asText(raw['cursor']), more: raw['more'] === true, head: asNumber(raw['head']) };
      if (chunk.cursor === '') throw new NoAnswer('a chunk closes without a cursor');
      yield chunk;
      from = chunk.cursor;
      held = [];
      continue;
    }
    const change = feedLine(raw);
    if (change !== null) held.push(change);
    if (held.length > MOST_LINES) throw new NoAnswer('a chunk of the feed is too long');
  }
  throw new NoAnswer('the feed was cut off');
}

/** Asks what changed after `cursor`, and hands over the header and each closed chunk. Stops early when `take` returns false. */
export async function pull(
  server: Server,
  request: { device: string; cursor: string; token: string },
  start: (header: PullHeader) => boolean,
  take: (chunk: Chunk) => Promise<boolean>,
): Promise<void> {
  const path = '/api/noddfa/pull';
  const headers = { 'Content-Type': 'application/json', Authorization: request.token, 'X-Noddfa-Device': request.device };
  const body = utf8(JSON.stringify({ proto: 1, device: request.device, cursor: request.cursor }));
  const { response, alive, done } = await server.send(path, { method: 'POST', body, headers });
  try {
    if (!response.ok || response.body === null) {
      proper(response, parseObject(await bodyText(response, path)), 'pull/1', path);
      throw new NoAnswer('the pull has no body');
    }
    const lines = linesOf(response.body, alive);
    const first = await lines.next();
    const header = readHeader(first.done === true ? null : parseObject(first.value));
    if (!start(header)) return;
    for await (const chunk of chunksOf(lines, header, request.cursor)) if (!(await take(chunk))) return;
  } catch (error) {
    if (error instanceof Error && (error.name === 'TypeError' || error.name === 'AbortError')) throw new NoAnswer('the feed was cut off');
    throw error;
  } finally {
    done();
  }
}
