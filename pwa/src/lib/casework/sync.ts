import type { Bytes } from './bytes';

/** What one device knows about its exchange with the server. Holds nothing about any person but opaque ids. */
export interface SyncMeta {
  user: string;
  device: string;
  /** The server has seen this device's key. */
  registered: boolean;
  /** The server's history line; empty before the first hello. */
  epoch: string;
  /** The key to seal to: its id, and the raw P-256 point as base64url. */
  kid: string;
  pub: string;
  nextSeq: number;
  cursor: string;
  /** Every visible row has arrived at least once. */
  complete: boolean;
  head: number;
  durable: number;
  /** By this phone's clock; 0 if never. */
  lastContactMs: number;
  leaseDays: number;
  keepDays: number;
  /** The readable copies were erased: by tries, by the server, or by signing out. */
  wiped: boolean;
}

/** A value sealed to the server's key. */
export interface Sealed {
  kid: string;
  enc: Bytes;
  ct: Bytes;
}

/** An operation in the outbox. `subject` is the record it is about; `sent` is true once it was part of any request. */
export interface OutboxOp {
  op_id: string;
  seq: number;
  subject: string;
  sent: boolean;
  sealed: Sealed;
}

/** A draft to hand in, or the word that it is gone. */
export interface OutgoingDraft {
  rec: string;
  n: number;
  sealed: Sealed | null;
}

/** What goes into one request, and the device it is numbered for. */
export interface Batch {
  device: string;
  epoch: string;
  ops: OutboxOp[];
  drafts: OutgoingDraft[];
}

/** The most that one request may carry. `bytes` counts sealed bytes before base64. */
export interface BatchLimit {
  ops: number;
  drafts: number;
  bytes: number;
}

/** What became of one operation, for ever. */
export interface Verdict {
  seq: number;
  op_id: string;
  v: 'ok' | 'merged' | 'conflict' | 'late' | 'stale' | 'rejected' | 'forbidden' | 'gone' | 'dup';
  commit: number;
  rev: number;
  key?: string;
  fields?: Record<string, string>;
  conflicts?: string[];
  hold?: string;
  by?: { name: string; event: string; at_ms: number };
}

/** The answer to a push. */
export interface PushAnswer {
  epoch: string;
  last_seq: number;
  head: number;
  durable: number;
  server_ms: number;
  order: string;
  verdicts: Verdict[];
  drafts: { rec: string; n: number }[];
  stop?: { why: 'gap' | 'fork'; expect?: number };
}

/** One line of a pull that changes rows. */
export type FeedLine =
  | { k: 'p'; c: string; i: string; r: number; v: number[]; d: Record<string, unknown> }
  | { k: 'f'; c: string; i: string }
  | { k: 'x'; s: number }
  | { k: 'w'; g: number };

/** A closed chunk of a pull: the cursor it starts from, its lines, and the cursor it ends at. */
export interface Chunk {
  from: string;
  epoch: string;
  gen: number;
  lines: FeedLine[];
  cursor: string;
  more: boolean;
  head: number;
}

/** Names a row that changed: `<collection>/<id>`. */
export type RowName = `${string}/${string}`;

/** What hello says about the user, the key, and what is asked of the phone. */
export interface HelloAnswer {
  epoch: string;
  head: number;
  durable: number;
  last_seq: number;
  server_ms: number;
  key: { kid: string; pub: string };
  user: { id: string; name: string; email?: string; roles: string[]; agency: string; agency_name: { en: string; cy: string }; locale?: 'en' | 'cy' };
  device: { id: string; name: string; revoked: boolean };
  policy: { lease_days: number; idle_lock_s: number; keep_days: number; draft_days_max: number };
  order: string;
  demo: boolean;
}
