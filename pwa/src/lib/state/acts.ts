import { subjectOf } from '../casework/operations';
import type { Operation, Outcome } from '../casework/types';
import { contents } from './contents.svelte';
import { failed, openVault } from './current';
import { parts } from './parts';
import { wroteLocally } from './sync.svelte';

/** The time zone of the phone, as evidence beside its clock. */
export const timeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** An operation but for what is the same in all of this user's. */
export type Act = Pick<Operation, 'kind' | 'coll' | 'rec' | 'base_rev' | 'set' | 'prev' | 'cmd'>;

/** Seals one act of the user and puts it in the outbox. */
export async function save(act: Act, danger = false): Promise<Outcome> {
  const op: Operation = { v: 1, user: contents.user, at_ms: parts.now(), tz: timeZone(), ...act };
  try {
    const { vault } = openVault();
    if ((await vault.save({ op, subject: subjectOf(op), danger, fromDraft: null })) === null) return { ok: false, key: 'error.too_large' };
    await wroteLocally(vault);
    return { ok: true };
  } catch (error) {
    return failed(error);
  }
}

/** Gives a command on a record as it is shown. One that names its revision is refused when the record has moved on since. */
export function give(coll: string, shown: { id: string; rev: number; danger?: boolean }, name: string, args: Record<string, unknown>, namesRev: boolean): Promise<Outcome> {
  const cmd = { name, args, ...(namesRev ? { expect_rev: shown.rev } : {}) };
  return save({ kind: 'cmd', coll, rec: shown.id, base_rev: shown.rev, cmd }, shown.danger === true);
}
