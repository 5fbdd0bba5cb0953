import { newId } from '../casework/ids';
import { commandsOf } from '../casework/tables';
import { timelineOf } from '../casework/timeline';
import type { Encounter, Entry, Item, Outcome } from '../casework/types';
import { byUrgency, itemOf, viewOf } from '../casework/view';
import * as account from '../exchange/account';
import { give, save } from './acts';
import { contents } from './contents.svelte';
import { openVault, server, wordFor } from './current';
import { Draft } from './draft.svelte';
import { draftsOf, itemsOf, type KindOfRecord } from './items';
import { session } from './session.svelte';

export { Draft } from './draft.svelte';

const kind: KindOfRecord<Encounter, Item> = { coll: 'encounters', view: viewOf, fromDraft: (value) => value, line: itemOf };

const DECIDED = new Set(['approved', 'rejected', 'returned', 'closed', 'withdrawn']);
const QUEUED = new Set(['submitted', 'in_review']);

class Encounters {
  readonly #items = $derived.by(() => itemsOf(kind));
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
  const kept = draftsOf('encounters').get(id) ?? null;
  const seen = contents.row('encounters', id) === undefined ? null : (find(id)?.encounter ?? null);
  return Promise.resolve(new Draft(id, seen, kept));
}

/** What happened to a record, in order: versions, decisions, addenda, and what is on its way. */
export function timeline(id: string): Entry[] {
  return timelineOf(id, [...contents.rows.values()], contents.overlays.filter((one) => one.subject === id), session.user?.name ?? '');
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
  return give('encounters', { id, rev: shown.encounter.rev, danger: shown.danger }, name, args, rule.expect_rev === true);
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
