import { newId } from '../casework/ids';
import { subjectOf } from '../casework/operations';
import { commandsOf } from '../casework/tables';
import { changesOf, timelineOf } from '../casework/timeline';
import type { Change, Encounter, Entry, Item, Named, Operation, Outcome } from '../casework/types';
import { byUrgency, itemOf, refused, syncOf, viewOf, type PendingOp } from '../casework/view';
import * as account from '../exchange/account';
import type { DraftContent } from '../vault/vault';
import { contents } from './contents.svelte';
import { failed, openVault, server, wordFor } from './current';
import { Draft, timeZone } from './draft.svelte';
import { parts } from './parts';
import { session } from './session.svelte';
import { wroteLocally } from './sync.svelte';

export { Draft } from './draft.svelte';

/** Drafts on this phone, and those another phone of the same user handed in. A draft ended here is not shown again. */
function everyDraft(): Map<string, DraftContent> {
  const drafts = new Map(contents.drafts);
  for (const row of contents.of('drafts')) {
    const draft = row.d['draft'] as DraftContent | undefined;
    const rec = row.d['rec'];
    if (typeof rec !== 'string' || typeof draft?.value !== 'object') continue;
    const handedIn = contents.overlays.some((one) => one.subject === rec);
    if (!drafts.has(rec) && !contents.ended.has(rec) && !handedIn) drafts.set(rec, draft);
  }
  return drafts;
}

function pendingBySubject(): Map<string, PendingOp[]> {
  const bySubject = new Map<string, PendingOp[]>();
  for (const one of contents.overlays) bySubject.set(one.subject, [...(bySubject.get(one.subject) ?? []), one]);
  return bySubject;
}

/** Records with an open conflict or hold. A decision that came second needs only whoever gave it. */
function needingAttention(): Set<string> {
  const ids = new Set<string>();
  for (const coll of ['conflicts', 'holds']) {
    for (const { d } of contents.of(coll)) {
      const others = d['kind'] === 'command' && (d['incoming_by'] as Named | undefined)?.id !== contents.user;
      if (d['state'] === 'open' && typeof d['of_rec'] === 'string' && !others) ids.add(d['of_rec']);
    }
  }
  return ids;
}

/** Every record as its reader should see it. */
function everyItem(): Map<string, Item> {
  const [drafts, pending, attention] = [everyDraft(), pendingBySubject(), needingAttention()];
  const ids = new Set([...[...contents.of('encounters')].map((row) => row.i), ...pending.keys(), ...drafts.keys()]);
  const items = new Map<string, Item>();
  for (const id of ids) {
    const row = contents.row('encounters', id);
    const own = pending.get(id) ?? [];
    const draft = drafts.get(id);
    const seen = viewOf(id, row?.d, row?.r ?? 0, own) ?? refusedView(id, own) ?? draftView(id, draft);
    if (seen === null) continue;
    const returned = seen.state === 'returned' && seen.author === contents.user;
    const sync = syncOf({
      rev: seen.rev, durable: contents.durable, draft: draft !== undefined,
      waiting: own.some((one) => contents.waiting.has(one.op_id)),
      refused: own.some(refused),
      attention: attention.has(id) || (returned && draft === undefined),
    });
    items.set(id, itemOf(seen, sync, contents.user));
  }
  return items;
}

/** A record that was refused stays in sight until the feed says where it is kept. */
function refusedView(id: string, pending: PendingOp[]): Encounter | null {
  const waiting = pending.filter(refused).map(({ op_id, subject, op }) => ({ op_id, subject, op }));
  return viewOf(id, undefined, 0, waiting);
}

function draftView(id: string, draft: DraftContent | undefined): Encounter | null {
  return draft === undefined ? null : { ...draft.value, id, rev: 0, author: contents.user, made_at_ms: draft.at_ms };
}

const DECIDED = new Set(['approved', 'rejected', 'returned', 'closed', 'withdrawn']);
const QUEUED = new Set(['submitted', 'in_review']);

class Encounters {
  readonly #items = $derived.by(everyItem);
  readonly mine = $derived([...this.#items.values()].filter((item) => item.mine).sort((a, b) => b.made_at_ms - a.made_at_ms));
  readonly queue = $derived(this.#reviewed(QUEUED).sort(byUrgency));
  readonly decided = $derived(this.#reviewed(DECIDED).sort((a, b) => (b.encounter.decided_at_ms ?? 0) - (a.encounter.decided_at_ms ?? 0)));

  #reviewed(states: Set<string>): Item[] {
    if (session.user?.roles.includes('supervisor') !== true) return [];
    return [...this.#items.values()].filter((item) => states.has(item.state) && item.encounter.rev > 0);
  }

  get loaded(): boolean {
    return contents.loaded;
  }

  find(id: string): Item | undefined {
    return this.#items.get(id);
  }
}

export const encounters = new Encounters();

/** The record as it is seen now. */
export function find(id: string): Item | undefined {
  return encounters.find(id);
}

/** Opens a draft: a new record, one begun before, or a new version of a returned record. */
export function openDraft(id: string = newId()): Promise<Draft> {
  const kept = everyDraft().get(id) ?? null;
  const seen = contents.row('encounters', id) === undefined ? null : (find(id)?.encounter ?? null);
  const begun = kept?.base === undefined ? seen : { ...seen, ...kept.base, id, rev: kept.base_rev };
  return Promise.resolve(new Draft(id, begun, kept));
}

/** What happened to a record, in order: versions, decisions, addenda, and what is on its way. */
export function timeline(id: string): Entry[] {
  return timelineOf(id, [...contents.rows.values()], contents.overlays.filter((one) => one.subject === id), session.user?.name ?? '');
}

/** What the newest version changed. */
export function changesSinceLastVersion(id: string): Change[] {
  return changesOf(id, [...contents.of('versions')]);
}

type Act = Pick<Operation, 'kind' | 'coll' | 'rec' | 'base_rev' | 'set' | 'prev' | 'cmd'>;

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

/** Adds to a record that was handed in. */
export function addAddendum(id: string, text: string): Promise<Outcome> {
  if (text.trim() === '') return Promise.resolve({ ok: false, key: 'error.required', field: 'text' });
  return save({ kind: 'create', coll: 'addenda', rec: newId(), base_rev: 0, set: { encounter: id, text } });
}

/** Gives a command on a record as it is shown; the server refuses one decided on an older revision. */
export function command(id: string, name: string, args: Record<string, unknown>): Promise<Outcome> {
  const rule = commandsOf('encounters')[name];
  const shown = find(id);
  if (rule === undefined || shown === undefined) return Promise.resolve({ ok: false, key: 'error.not_found' });
  const rev = shown.encounter.rev;
  const cmd = { name, args, ...(rule.expect_rev === true ? { expect_rev: rev } : {}) };
  return save({ kind: 'cmd', coll: 'encounters', rec: id, base_rev: rev, cmd }, shown.danger);
}

/**
 * Asks the server for what is sealed: identity or contact of a record, or the values kept in a conflict or a hold.
 * Needs signal, and the server writes down who asked.
 */
export async function reveal<T = Partial<Encounter>>(id: string, what: 'identity' | 'contact', coll = 'encounters'): Promise<{ ok: true; d: T } | { ok: false; key: string }> {
  try {
    const { vault, profile } = openVault();
    const device = (await vault.meta())?.device ?? '';
    return { ok: true, d: (await account.reveal(server(), { token: profile.token, device }, coll, id, what)) as T };
  } catch (error) {
    return { ok: false, key: wordFor(error) };
  }
}
