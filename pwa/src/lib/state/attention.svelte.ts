import type { Conflict, Hold, Outcome, Row } from '../casework/types';
import { save } from './acts';
import { contents } from './contents.svelte';

/** Whether this phone has already answered and the answer is on its way. */
const answered = (row: Row): boolean =>
  contents.overlays.some(({ op, verdict }) => op.rec === row.i && (verdict === undefined || verdict.rev > row.r));

function open<T>(coll: string): T[] {
  return [...contents.of(coll)]
    .filter((row) => row.d['state'] === 'open')
    .map((row) => ({ ...row.d, id: row.i, rev: row.r, answered: answered(row) }) as T);
}

/** A decision that came second is shown to whoever gave it; the values of an answer to everyone who sees the record. */
const concerns = (one: Conflict): boolean => one.kind !== 'command' || one.incoming_by?.id === contents.user;

class Attention {
  readonly conflicts = $derived(open<Conflict>('conflicts').filter(concerns).sort((a, b) => a.at_ms - b.at_ms));
  readonly holds = $derived(open<Hold>('holds').sort((a, b) => a.at_ms - b.at_ms));
  readonly count = $derived([...this.conflicts, ...this.holds].filter((one) => one.answered !== true).length);
}

/** What waits for a person to decide. */
export const attention = new Attention();

/** Chooses between the two values of a conflict, or gives another. `seen` is the record's own value as it was shown. */
export function resolve(id: string, choice: 'current' | 'incoming' | 'other', seen: unknown, value?: unknown): Promise<Outcome> {
  const conflict = attention.conflicts.find((one) => one.id === id);
  if (conflict === undefined) return Promise.resolve({ ok: false, key: 'error.not_found' });
  const set = choice === 'other' ? { choice, value } : { choice };
  const prev = seen === undefined ? {} : { value: seen };
  return save({ kind: 'resolve', coll: 'conflicts', rec: id, base_rev: conflict.rev, set, prev });
}

function answerHold(id: string, name: 'dismiss' | 'release'): Promise<Outcome> {
  const hold = attention.holds.find((one) => one.id === id);
  if (hold === undefined) return Promise.resolve({ ok: false, key: 'error.not_found' });
  return save({ kind: 'cmd', coll: 'holds', rec: id, base_rev: hold.rev, cmd: { name, args: {} } });
}

/** Puts a held item aside; the server keeps it. */
export const dismiss = (id: string): Promise<Outcome> => answerHold(id, 'dismiss');

/** Lets a held item take effect after all. */
export const release = (id: string): Promise<Outcome> => answerHold(id, 'release');
