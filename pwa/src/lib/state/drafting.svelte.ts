import { changesNothing, difference, halves, overlay, same, type Fields } from '../casework/operations';
import type { Problem } from '../casework/problems';
import type { Command, Operation, Outcome } from '../casework/types';
import { DraftEnded } from '../vault/outbox';
import type { DraftContent, Vault } from '../vault/vault';
import { timeZone } from './acts';
import { contents } from './contents.svelte';
import { current, failed, openVault, wordFor } from './current';
import { editing } from './editing.svelte';
import { parts } from './parts';
import { sync } from './status.svelte';
import { workChanged, wroteLocally } from './sync.svelte';

const SAVE_AFTER_MS = 250;

/** What every kind of record has that can be written. */
export interface Writable {
  id: string;
  rev: number;
  state?: string;
  danger?: boolean;
}

/**
 * A record being written, of any kind. Every change is sealed and saved within a moment; nothing waits for a button.
 * The kinds say what a person fills in, what has to be right, and what is handed in.
 */
export abstract class Drafting<T extends Writable> {
  readonly id: string;
  /** The record as it was when this draft began; null for a new one. */
  readonly base: T | null;
  value = $state.raw<T>({ id: '', rev: 0 } as T);
  savedAtMs = $state(0);
  /** While the draft becomes an operation the form takes nothing more, because what was typed then would end with the draft. */
  isHandingIn = $state(false);
  /** Set when another tab handed this draft in or threw it away: what is typed here since is on the screen and nowhere else. */
  isOver = $state(false);
  /** The fields as they were when this draft last agreed with the disk. */
  #agreed: Fields;
  /** Whether the disk has held this draft. One that is not there any more was handed in or thrown away in another tab. */
  #stored: boolean;
  #changed = false;
  #ended = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #handing: Promise<Outcome> | null = null;

  /** Goes on with what was kept, or begins with the record as it is now; null for a new one. */
  constructor(id: string, now: T | null, kept: DraftContent | null) {
    // What the author looked at is what the draft began from, and not what has come to the record since: that is not theirs to undo.
    const base = kept?.base === undefined ? now : ({ ...this.#unwritten(now), ...kept.base, id, rev: kept.base_rev } as unknown as T);
    this.id = id;
    this.base = base;
    this.#stored = contents.drafts.has(id);
    this.savedAtMs = kept?.at_ms ?? 0;
    const written = kept?.value ?? (base === null ? {} : this.written(base));
    this.#agreed = written;
    this.value = this.#with(base ?? ({ id, rev: 0 } as T), written);
    editing.add(this);
  }

  /** The collection of the record. */
  abstract get coll(): string;

  /** What a person fills in, by the names of operations, without what is empty. */
  abstract written(record: T): Fields;

  /** What has to be put right before this can be handed in. */
  abstract problems(): Problem[];

  /** The fields that are handed in. */
  toHandIn(): Fields {
    return this.written(this.value);
  }

  /** A record without what its author writes. */
  #unwritten(record: T | null): Fields {
    if (record === null) return {};
    const written = this.written(record);
    return Object.fromEntries(Object.entries(record).filter(([name]) => !(name in written)));
  }

  /** A record with other written fields; what the server set stays. */
  #with(record: T, written: Fields): T {
    return { ...this.#unwritten(record), ...written, id: this.id, rev: this.base?.rev ?? 0 } as unknown as T;
  }

  /** What was changed here from one state of the fields to another, laid over what another tab saved. */
  protected laidOver(held: Fields, from: Fields, to: Fields): Fields {
    return overlay(held, difference(this.coll, from, to));
  }

  /** Changes some fields and saves soon after. */
  change(fields: Partial<T>): void {
    this.value = { ...this.value, ...fields };
    this.#changed = true;
    // A failed save is shown in the sync bar, and the next change or flush tries again.
    this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), SAVE_AFTER_MS);
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
    const base = this.base === null ? {} : { base: this.written(this.base) };
    const mine = this.written(this.value);
    try {
      // Another tab may have the same record open: only what was changed here replaces what it saved.
      const held = (await vault.draft(this.id))?.value ?? mine;
      const value = this.laidOver(held, this.#agreed, mine);
      await vault.saveDraft(this.id, { coll: this.coll, base_rev: this.base?.rev ?? 0, ...base, value, at_ms }, this.#stored);
      this.#stored = true;
      this.#agreed = value;
      if (!same(value, mine)) this.#takeIn(value, mine);
    } catch (error) {
      this.#changed = true;
      if (error instanceof DraftEnded) this.isOver = true;
      else sync.unsaved = wordFor(error);
      throw error;
    }
    sync.unsaved = '';
    this.savedAtMs = at_ms;
    await wroteLocally(vault);
  }

  /** Shows what another tab wrote, under what was typed here since `mine` was saved. */
  #takeIn(value: Fields, mine: Fields): void {
    this.value = this.#with(this.value, this.laidOver(value, mine, this.written(this.value)));
  }

  /** Makes one operation of the whole draft and puts it in the outbox: with its submit, or with no command at all. */
  handIn(submit = true): Promise<Outcome> {
    // Two taps on the button make one operation.
    this.isHandingIn = true;
    this.#handing ??= this.#handIn(submit).finally(() => {
      if (this.#ended) return;
      this.#handing = null;
      this.isHandingIn = false;
    });
    return this.#handing;
  }

  async #handIn(submit: boolean): Promise<Outcome> {
    const [problem] = submit ? this.problems() : [];
    if (problem !== undefined) return { ok: false, key: problem.key, field: problem.field };
    try {
      await this.flush();
      const { vault } = openVault();
      // The operation ends the draft, so it must hold what another tab wrote in it too.
      const held = (await vault.draft(this.id))?.value;
      if (held !== undefined && !same(held, this.#agreed)) this.#takeIn(held, this.#agreed);
      if (!(await this.#put(vault, this.#operation(submit), this.id))) return { ok: false, key: 'error.too_large' };
      this.#end();
      await wroteLocally(vault);
      return { ok: true };
    } catch (error) {
      this.isOver ||= error instanceof DraftEnded;
      return failed(error);
    }
  }

  /** Saves an operation, in parts where one is too large. The last part ends the draft, so that a death between them loses nothing. */
  async #put(vault: Vault, op: Operation, fromDraft: string | null): Promise<boolean> {
    if ((await vault.save({ op, subject: this.id, danger: this.value.danger === true, fromDraft, ofStored: this.#stored })) !== null) return true;
    const parts = halves(op);
    return parts !== null && (await this.#put(vault, parts[0], null)) && this.#put(vault, parts[1], fromDraft);
  }

  #operation(submit: boolean): Operation {
    const common = { v: 1 as const, user: contents.user, coll: this.coll, rec: this.id, at_ms: parts.now(), tz: timeZone() };
    const name = this.base?.state === 'returned' ? 'resubmit' : 'submit';
    const cmd: { cmd?: Command } = submit ? { cmd: { name, args: {} } } : {};
    if (this.base === null) {
      const { set, add } = difference(this.coll, {}, this.toHandIn());
      return { ...common, kind: 'create', base_rev: 0, set, add, ...cmd };
    }
    const change = difference(this.coll, this.written(this.base), this.toHandIn());
    if (submit && changesNothing(change)) return { ...common, kind: 'cmd', base_rev: this.base.rev, ...cmd };
    return { ...common, kind: 'patch', base_rev: this.base.rev, ...change, ...cmd };
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

  /** Saves and lets go: the draft stays on the phone. One that is over is not there to be saved. */
  async close(): Promise<void> {
    if (this.#ended) return;
    await this.flush().catch((error: unknown) => {
      if (!this.isOver) throw error;
    });
    this.#end();
    // A lock may have come between; what was typed is saved by then.
    if (current.open !== null) await workChanged(current.open.vault);
  }
}
