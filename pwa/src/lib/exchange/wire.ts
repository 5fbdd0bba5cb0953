import { toBase64url, utf8, type Bytes } from '../casework/bytes';
import type { Batch, FeedLine, HelloAnswer, PushAnswer, Verdict } from '../casework/sync';
import { asNumber, asObject, asText, NoAnswer } from './http';

const VERDICTS = new Set(['ok', 'merged', 'conflict', 'late', 'stale', 'rejected', 'forbidden', 'gone', 'dup']);

/** The body of a push: a header, the operations in order of their numbers, the drafts. */
export function pushBody(batch: Batch, app: string, clientMs: number): Bytes {
  const { device, epoch, ops, drafts } = batch;
  const lines: object[] = [{ k: 'h', proto: 1, device, epoch, app, client_ms: clientMs, ops: ops.length, drafts: drafts.length }];
  for (const { op_id, seq, sealed } of ops) {
    lines.push({ k: 'o', op_id, seq, kid: sealed.kid, enc: toBase64url(sealed.enc), ct: toBase64url(sealed.ct) });
  }
  for (const { rec, n, sealed } of drafts) {
    if (sealed === null) lines.push({ k: 'd', rec, n, gone: true });
    else lines.push({ k: 'd', rec, n, kid: sealed.kid, enc: toBase64url(sealed.enc), ct: toBase64url(sealed.ct) });
  }
  return utf8(lines.map((line) => JSON.stringify(line) + '\n').join(''));
}

/** The numbers in a batch, as the device's signature names them. */
export function seqRange({ ops }: Batch): string {
  return `${ops[0]?.seq ?? 0}-${ops.at(-1)?.seq ?? 0}`;
}

const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.map(asObject) : []);

function verdict(raw: Record<string, unknown>): Verdict {
  const v = asText(raw['v']);
  // A verdict this version does not know must not remove work from the phone.
  if (!VERDICTS.has(v)) throw new NoAnswer('a verdict is of an unknown kind');
  return { ...raw, v, seq: asNumber(raw['seq']), op_id: asText(raw['op_id']), commit: asNumber(raw['commit']), rev: asNumber(raw['rev']) } as Verdict;
}

/** Reads the answer to a push. */
export function pushAnswer(raw: Record<string, unknown>): PushAnswer {
  const stop = asObject(raw['stop']);
  return {
    epoch: asText(raw['epoch']),
    last_seq: asNumber(raw['last_seq']),
    head: asNumber(raw['head']),
    durable: asNumber(raw['durable']),
    server_ms: asNumber(raw['server_ms']),
    order: asText(raw['order']),
    verdicts: list(raw['verdicts']).map(verdict),
    drafts: list(raw['drafts']).map((one) => ({ rec: asText(one['rec']), n: asNumber(one['n']) })),
    ...(stop['why'] === 'gap' || stop['why'] === 'fork' ? { stop: { why: stop['why'], expect: asNumber(stop['expect']) } } : {}),
  };
}

const labels = (value: unknown): { en: string; cy: string } => ({ en: asText(asObject(value)['en']), cy: asText(asObject(value)['cy']) });

/** Reads the answer to hello; policy values outside reason become the nearest sensible one. */
export function helloAnswer(raw: Record<string, unknown>): HelloAnswer {
  const [key, user, device, policy] = ['key', 'user', 'device', 'policy'].map((name) => asObject(raw[name])) as [Record<string, unknown>, Record<string, unknown>, Record<string, unknown>, Record<string, unknown>];
  const days = (name: string, usual: number): number => Math.min(365, Math.max(1, asNumber(policy[name]) || usual));
  const locale = user['locale'];
  return {
    epoch: asText(raw['epoch']),
    head: asNumber(raw['head']),
    durable: asNumber(raw['durable']),
    last_seq: asNumber(raw['last_seq']),
    server_ms: asNumber(raw['server_ms']),
    key: { kid: asText(key['kid']), pub: asText(key['pub']) },
    user: {
      id: asText(user['id']),
      name: asText(user['name']),
      roles: Array.isArray(user['roles']) ? user['roles'].map(asText) : [],
      agency: asText(user['agency']),
      agency_name: labels(user['agency_name']),
      ...(locale === 'en' || locale === 'cy' ? { locale } : {}),
    },
    device: { id: asText(device['id']), name: asText(device['name']), revoked: device['revoked'] === true },
    policy: {
      lease_days: days('lease_days', 14),
      idle_lock_s: Math.min(300, Math.max(60, asNumber(policy['idle_lock_s']) || 120)),
      keep_days: days('keep_days', 30),
      draft_days_max: days('draft_days_max', 28),
    },
    order: asText(raw['order']),
    demo: raw['demo'] === true,
  };
}

/** Reads one changing line of a pull; null for a kind this version does not know. */
export function feedLine(raw: Record<string, unknown>): FeedLine | null {
  const [c, i] = [asText(raw['c']), asText(raw['i'])];
  switch (raw['k']) {
    case 'p':
      return { k: 'p', c, i, r: asNumber(raw['r']), v: Array.isArray(raw['v']) ? raw['v'].map(asNumber) : [], d: asObject(raw['d']) };
    case 'f':
      return { k: 'f', c, i };
    case 'x':
      return { k: 'x', s: asNumber(raw['s']) };
    case 'w':
      return { k: 'w', g: asNumber(raw['g']) };
    default:
      return null;
  }
}
