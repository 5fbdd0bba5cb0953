import { changesNothing, difference, isEmpty, overlay, same, type Fields } from '../casework/operations';
import { problemsOf, type Problem } from '../casework/problems';
import { fieldsOf } from '../casework/tables';
import type { Encounter, Operation, Outcome } from '../casework/types';
import type { DraftContent } from '../vault/vault';
import { contents } from './contents.svelte';
import { current, failed, openVault, wordFor } from './current';
import { editing } from './editing.svelte';
import { parts } from './parts';
import { sync } from './status.svelte';
import { workChanged, wroteLocally } from './sync.svelte';

const SAVE_AFTER_MS = 250;

/** The fields a person fills in, without those the server sets. */
export function writtenFields(record: Fields): Fields {
  const names = Object.keys(fieldsOf('encounters')).filter((name) => !isEmpty(record[name]));
  return Object.fromEntries(names.map((name) => [name, record[name]]));
}

/** The time zone of the phone, as evidence beside its clock. */
export const timeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A record being written. Every change is sealed and saved within a moment; nothing waits for a button. */
export class Draft {
  readonly id: string;
  /** The record as it was when this draft began; null for a new one. */
  readonly base: Encounter | null;
  value = $state.raw<Encounter>({ id: '', rev: 0 });
  savedAtMs = $state(0);
  /** While the draft becomes an operation the form takes nothing more, because what was typed then would end with the draft. */
  isHandingIn = $state(false);
  /** The fields as they were when this draft last agreed with the disk. */
  #agreed: Fields;
  #changed = false;
  #ended = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #handing: Promise<Outcome> | null = null;

  constructor(id: string, base: Encounter | null, kept: DraftContent | null) {
    this.id = id;
    this.base = base;
    this.savedAtMs = kept?.at_ms ?? 0;
    const written = kept?.value ?? (base === null ? {} : writtenFields(base as unknown as Fields));
    this.#agreed = written;
    this.value = { ...(base === null ? {} : withoutWritten(base)), ...written, id, rev: base?.rev ?? 0 };
    editing.add(this);
  }

  /** Changes one field and saves soon after. */
  set<K extends keyof Encounter>(field: K, value: Encounter[K]): void {
    this.value = { ...this.value, [field]: value };
    this.#changed = true;
    // A failed save is shown in the sync bar, and the next change or flush tries again.
    this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), SAVE_AFTER_MS);
  }

  /** Ticks an indicator with how it is known, or unticks it with null. One indicator has one basis. */
  tick(code: string, basis: string | null): void {
    const others = (this.value.indicators ?? []).filter((tick) => !tick.startsWith(`${code}:`));
    this.set('indicators', basis === null ? others : [...others, `${code}:${basis}`]);
  }

  /** Saves now what has changed. Saves follow each other, so that an older text never replaces a newer one. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#save());
    return this.#saving;
  }

  async #save(): Promise<void> {
    if (!this.#changed || this.#ended) return;
    const { vault } = openVault();
    this.#changed = false;
    const at_ms = parts.now();
    const base = this.base === null ? {} : { base: writtenFields(this.base as unknown as Fields) };
    const mine = writtenFields(this.value as unknown as Fields);
    try {
      // Another tab may have the same record open: only what was changed here replaces what it saved.
      const held = (await vault.draft(this.id))?.value ?? mine;
      const value = overlay(held, difference('encounters', this.#agreed, mine));
      await vault.saveDraft(this.id, { base_rev: this.base?.rev ?? 0, ...base, value, at_ms });
      this.#agreed = value;
      if (!same(value, mine)) this.#takeIn(value, mine);
    } catch (error) {
      this.#changed = true;
      sync.problem = wordFor(error);
      throw error;
    }
    this.savedAtMs = at_ms;
    await wroteLocally(vault);
  }

  /** Shows what another tab wrote, under what was typed here since `mine` was saved. */
  #takeIn(value: Fields, mine: Fields): void {
    const since = difference('encounters', mine, writtenFields(this.value as unknown as Fields));
    this.value = { ...withoutWritten(this.value), ...overlay(value, since), id: this.id, rev: this.value.rev };
  }

  /** What has to be put right before this can be handed in. */
  problems(): Problem[] {
    return problemsOf(this.value);
  }

  /** Makes one operation of the whole draft, with its submit, and puts it in the outbox. */
  handIn(): Promise<Outcome> {
    // Two taps on the button make one operation.
    this.isHandingIn = true;
    this.#handing ??= this.#handIn().finally(() => {
      if (this.#ended) return;
      this.#handing = null;
      this.isHandingIn = false;
    });
    return this.#handing;
  }

  async #handIn(): Promise<Outcome> {
    const [problem] = this.problems();
    if (problem !== undefined) return { ok: false, key: problem.key, field: problem.field };
    try {
      await this.flush();
      const { vault } = openVault();
      // The operation ends the draft, so it must hold what another tab wrote in it too.
      const held = (await vault.draft(this.id))?.value;
      if (held !== undefined && !same(held, this.#agreed)) this.#takeIn(held, this.#agreed);
      const op = this.#operation();
      const saved = await vault.save({ op, subject: this.id, danger: this.value.danger === true, fromDraft: this.id });
      if (saved === null) return { ok: false, key: 'error.too_large' };
      this.#end();
      await wroteLocally(vault);
      return { ok: true };
    } catch (error) {
      return failed(error);
    }
  }

  #operation(): Operation {
    const value = this.value as unknown as Fields;
    const common = { v: 1 as const, user: contents.user, coll: 'encounters', rec: this.id, at_ms: parts.now(), tz: timeZone() };
    if (this.base === null) {
      const { set, add } = difference('encounters', {}, value);
      return { ...common, kind: 'create', base_rev: 0, set, add, cmd: { name: 'submit', args: {} } };
    }
    const change = difference('encounters', this.base as unknown as Fields, value);
    const cmd = { name: this.base.state === 'returned' ? 'resubmit' : 'submit', args: {} };
    if (changesNothing(change)) return { ...common, kind: 'cmd', base_rev: this.base.rev, cmd };
    return { ...common, kind: 'patch', base_rev: this.base.rev, ...change, cmd };
  }

  #end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    editing.remove(this);
  }

  /** Throws the draft away, here and on the server. */
  async discard(): Promise<void> {
    await this.#saving.catch(() => undefined);
    this.#end();
    const { vault } = openVault();
    await vault.discardDraft(this.id);
    await wroteLocally(vault);
  }

  /** Saves and lets go: the draft stays on the phone. */
  async close(): Promise<void> {
    if (this.#ended) return;
    await this.flush();
    this.#end();
    // A lock may have come between; what was typed is saved by then.
    if (current.open !== null) await workChanged(current.open.vault);
  }
}

function withoutWritten(record: Encounter): Partial<Encounter> {
  const written = new Set(Object.keys(fieldsOf('encounters')));
  return Object.fromEntries(Object.entries(record).filter(([name]) => !written.has(name)));
}
