import { overlay, type Fields } from './operations';
import { commandsOf } from './tables';
import type { Verdict } from './sync';
import type { Referral } from './referral';
import type { Encounter, Item, Line, Operation, SyncState } from './types';

/** A readable operation with its verdict, oldest first in any list. */
export interface PendingOp {
  op_id: string;
  subject: string;
  op: Operation;
  verdict?: Verdict;
}

const TAKEN = new Set(['ok', 'merged', 'conflict', 'dup']);

/** Whether an operation still changes what its author sees: it waits, or it was taken and the feed has not told it yet. */
const shows = (pending: PendingOp, rev: number): boolean =>
  pending.verdict === undefined || (TAKEN.has(pending.verdict.v) && pending.verdict.rev > rev);

function afterCommand(row: Fields, op: Operation): Fields {
  const to = op.cmd === undefined ? '' : (commandsOf('encounters')[op.cmd.name]?.to ?? '');
  if (op.cmd?.name === 'change_risk') return { ...row, risk: op.cmd.args['risk'] };
  if (op.cmd?.name === 'stand_down') return { ...row, danger_stood_down: true };
  return to === '' ? row : { ...row, state: to };
}

/** How one kind of record takes in an operation's fields and its command. */
export type Apply = (row: Fields, op: Operation) => Fields;

/** One record of a collection as its reader should see it: the feed's row with what is on its way laid over it. */
export function laidOver(coll: string, row: Fields | undefined, rev: number, pending: PendingOp[], apply: Apply): Fields | null {
  const visible = pending.filter((one) => one.op.coll === coll && shows(one, rev));
  if (row === undefined && !visible.some((one) => one.op.kind === 'create')) return null;
  let fields: Fields = row ?? {};
  for (const { op } of visible) {
    if (op.kind === 'create') fields = { author: op.user, made_at_ms: op.at_ms, state: 'draft', ...fields };
    fields = apply(fields, op);
  }
  return fields;
}

/** An encounter as its reader should see it. */
export function viewOf(id: string, row: Fields | undefined, rev: number, pending: PendingOp[]): Encounter | null {
  const fields = laidOver('encounters', row, rev, pending, (fields, op) => afterCommand(overlay(fields, op), op));
  return fields && { ...(fields as Partial<Encounter>), id, rev };
}

/** What a person should be told about where the newest work on a record is. */
export function syncOf(facts: { rev: number; durable: number; waiting: boolean; refused: boolean; attention: boolean; draft: boolean }): SyncState {
  if (facts.refused || facts.attention) return 'needs_you';
  if (facts.draft) return 'on_this_phone';
  if (facts.waiting) return 'waiting';
  return facts.rev > 0 && facts.rev <= facts.durable ? 'safe' : 'handed_in';
}

/** Whether a verdict leaves work that a person has to look at. */
export const refused = (pending: PendingOp): boolean => pending.verdict !== undefined && !TAKEN.has(pending.verdict.v);

type Listed = Pick<Encounter, 'id' | 'rev' | 'codename' | 'danger' | 'danger_stood_down' | 'age_status' | 'made_at_ms' | 'author'> & Pick<Referral, 'child'> & { state?: Line['state'] };

/** A line of a list, of a record of any kind. */
export function lineOf(record: Listed, sync: SyncState, user: string): Line {
  return {
    id: record.id,
    codename: record.codename ?? '',
    state: sync === 'on_this_phone' && record.rev === 0 ? 'unsent' : (record.state ?? 'draft'),
    sync,
    danger: record.danger === true && record.danger_stood_down !== true,
    child: record.child === true || record.age_status === 'child' || record.age_status === 'not_sure',
    made_at_ms: record.made_at_ms ?? 0,
    mine: record.author === user,
  };
}

/** A line of the list of encounters. */
export const itemOf = (encounter: Encounter, sync: SyncState, user: string): Item => ({ ...lineOf(encounter, sync, user), encounter } as Item);

/** Danger first, then children, then the oldest. */
export const byUrgency = (a: Line, b: Line): number =>
  Number(b.danger) - Number(a.danger) || Number(b.child) - Number(a.child) || a.made_at_ms - b.made_at_ms;
