import { asNumber, asObject, asText, bodyText, NoAnswer, parseObject, proper, type Server } from './http';
import { headersOf, type Caller } from './account';

export type { Caller } from './account';

/** A move to be tried without making it: the event with its arguments, decided on a revision. */
export interface TriedMove {
  event: string;
  args: Record<string, unknown>;
  expect_rev?: number;
}

/** What is open to this person on a referral now. */
export interface OpenMoves {
  state: string;
  allowed: string[];
}

/** One box of the pack, in both languages, as it goes into the other body's form. */
export interface PackEntry {
  /** Its place in the pack; one question may have several boxes. */
  at: number;
  section: string;
  section_title: { en: string; cy: string };
  key: string;
  ref: string;
  label: { en: string; cy: string };
  /** The question, where this is the box of one of its options. */
  question: { en: string; cy: string } | undefined;
  type: string;
  /** The value in words, ready to copy; empty when unanswered. */
  text: { en: string; cy: string };
  answered: boolean;
  /** A box to be ticked: there is nothing to copy. */
  ticks: boolean;
  length: number;
  max: number;
}

/** What a sender works from: everything of one referral, in the order of the other body's form. */
export interface Pack {
  reference: string;
  type: string;
  classification: string;
  recipient: string;
  /** That this is not a submission, in words. */
  statement: { en: string; cy: string };
  entries: PackEntry[];
  gaps: { key: string; ref: string; label: { en: string; cy: string } }[];
  files: { name: string; description: string }[];
}

const both = (value: unknown): { en: string; cy: string } => ({ en: asText(asObject(value)['en']), cy: asText(asObject(value)['cy']) });
const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.map(asObject) : []);

/** Asks which moves are open; with `tried`, whether that one would be taken. Nothing changes. Throws `Refused` with the reason. */
export async function moves(server: Server, caller: Caller, rec: string, tried?: TriedMove): Promise<OpenMoves> {
  const answer = await server.post('/api/noddfa/moves', { proto: 1, rec, ...tried }, 'moves/1', headersOf(caller));
  const { allowed } = answer;
  return { state: asText(answer['state']), allowed: Array.isArray(allowed) ? allowed.map(asText) : [] };
}

/** Which pack, under which disclosure. The server gives it only in the form that was written down. */
export interface PackRequest {
  rec: string;
  disclosure: string;
  lang: 'en' | 'cy';
}

const path = '/api/noddfa/pack';

/** Fetches the pack to work from on the screen, or as a file to keep. The server writes down who fetched it. */
export async function pack(server: Server, caller: Caller, as: 'pack' | 'json', request: PackRequest): Promise<{ pack: Pack; json: string }> {
  const answer = await server.post(path, { proto: 1, as, ...request }, 'pack/1', headersOf(caller));
  return { pack: readPack(answer), json: JSON.stringify(answer, null, 2) };
}

/** Fetches the pack as a PDF. The server writes down who fetched it. */
export async function packPdf(server: Server, caller: Caller, request: PackRequest): Promise<Blob> {
  const headers = { 'Content-Type': 'application/json', ...headersOf(caller) };
  const { response, done } = await server.send(path, { method: 'POST', body: JSON.stringify({ proto: 1, as: 'pdf', ...request }), headers });
  try {
    const isPdf = response.ok && response.headers.get('Content-Type')?.startsWith('application/pdf') === true;
    // Anything else is a refusal or not our server; `proper` throws for either.
    if (!isPdf) proper(response, parseObject(await bodyText(response, path)), 'pdf', path);
    return await response.blob().catch(() => {
      throw new NoAnswer(`the answer from ${path} was cut off`);
    });
  } finally {
    done();
  }
}

/** Reads a pack; parts that this version does not know are left out, texts that are missing are empty. */
export function readPack(raw: Record<string, unknown>): Pack {
  return {
    reference: asText(raw['reference']),
    type: asText(raw['type']),
    classification: asText(raw['classification']),
    recipient: asText(raw['recipient']),
    statement: both(raw['statement']),
    entries: list(raw['entries']).map(readEntry),
    gaps: list(raw['gaps']).map((gap) => ({ key: asText(gap['key']), ref: asText(gap['ref']), label: both(gap['label']) })),
    files: list(raw['files']).map((file) => ({ name: asText(file['name']), description: asText(file['description']) })),
  };
}

function readEntry(raw: Record<string, unknown>, at: number): PackEntry {
  return {
    at,
    section: asText(raw['section']),
    section_title: both(raw['section_title']),
    key: asText(raw['key']),
    ref: asText(raw['ref']),
    label: both(raw['label']),
    question: raw['question'] === undefined ? undefined : both(raw['question']),
    type: asText(raw['type']),
    text: both(raw['text']),
    ticks: raw['question'] !== undefined || raw['type'] === 'confirm',
    answered: raw['value'] !== null && raw['value'] !== undefined,
    length: asNumber(raw['length']),
    max: asNumber(raw['max']),
  };
}
