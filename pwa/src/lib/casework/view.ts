import { overlay, type Fields } from './operations';
import { commandsOf } from './tables';
import type { Verdict } from './sync';
import type { Encounter, Item, Operation, State, SyncState } from './types';

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

/** One record as its reader should see it: the feed's row with what is on its way laid over it. */
export function viewOf(id: string, row: Fields | undefined, rev: number, pending: PendingOp[]): Encounter | null {
  const visible = pending.filter((one) => one.op.coll === 'encounters' && shows(one, rev));
  if (row === undefined && !visible.some((one) => one.op.kind === 'create')) return null;
  let fields: Fields = row ?? {};
  for (const { op } of visible) {
    if (op.kind === 'create') fields = { author: op.user, made_at_ms: op.at_ms, state: 'draft', ...fields };
    fields = afterCommand(overlay(fields, op), op);
  }
  return { ...(fields as Partial<Encounter>), id, rev };
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

/** A line of a list. */
export function itemOf(encounter: Encounter, sync: SyncState, user: string): Item {
  const state: State | undefined = encounter.state;
  return {
    id: encounter.id,
    codename: encounter.codename ?? '',
    state: sync === 'on_this_phone' && encounter.rev === 0 ? 'unsent' : (state ?? 'draft'),
    sync,
    danger: encounter.danger === true && encounter.danger_stood_down !== true,
    child: encounter.age_status === 'child' || encounter.age_status === 'not_sure',
    made_at_ms: encounter.made_at_ms ?? 0,
    mine: encounter.author === user,
    encounter,
  };
}

/** Danger first, then children, then the oldest. */
export const byUrgency = (a: Item, b: Item): number =>
  Number(b.danger) - Number(a.danger) || Number(b.child) - Number(a.child) || a.made_at_ms - b.made_at_ms;
