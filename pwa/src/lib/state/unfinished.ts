import { onDestroy } from 'svelte';
import type { Vault } from '../vault/vault';
import { openVault, wordFor } from './current';
import { editing } from './editing.svelte';
import { sync } from './status.svelte';

const SAVE_AFTER_MS = 250;

/** Keeps what is being written in a form. */
export interface Keeper<T> {
  /** Saves within a moment. */
  write: (value: T) => void;
  /** Gives the form by an act; once that succeeds, nothing of it is kept any more. */
  give: <O extends { ok: boolean }>(act: () => Promise<O>) => Promise<O>;
}

/**
 * What still happens to the words of the forms of a name. A form may make way for the next one while it is being given, because
 * what it wrote builds the screen anew, or while its last letters are being stored; the next one waits, or it would show words of yesterday.
 */
const underWay = new Map<string, Set<Promise<unknown>>>();

function noted<P>(name: string, going: Promise<P>): Promise<P> {
  const all = underWay.get(name) ?? new Set();
  underWay.set(name, all.add(going));
  const over = (): void => {
    all.delete(going);
    if (all.size === 0) underWay.delete(name);
  };
  going.then(over, over);
  return going;
}

/** The words of one form in a vault: what is kept of them, and how what an earlier form left comes back. */
export class Words<T> implements Keeper<T> {
  readonly #vault: Vault;
  readonly #name: string;
  #waiting: { value: T | undefined } | null = null;
  #touched = false;
  #failed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving = Promise.resolve();

  constructor(vault: Vault, name: string) {
    this.#vault = vault;
    this.#name = name;
  }

  /** What an earlier form of this name left, unless something was written here since. */
  async left(): Promise<T | undefined> {
    await Promise.allSettled([...(underWay.get(this.#name) ?? [])]);
    const kept = (await this.#vault.words(this.#name)) as T | undefined;
    return this.#touched ? undefined : kept;
  }

  write(value: T | undefined): void {
    this.#touched = true;
    this.#waiting = { value };
    this.#timer ??= setTimeout(() => void this.flush(), SAVE_AFTER_MS);
  }

  give<O extends { ok: boolean }>(act: () => Promise<O>): Promise<O> {
    return noted(this.#name, this.#finish(act));
  }

  /** Saves at once what waits. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return (this.#saving = noted(this.#name, this.#saving.then(() => this.#save())));
  }

  async #finish<O extends { ok: boolean }>(act: () => Promise<O>): Promise<O> {
    const outcome = await act();
    if (outcome.ok) {
      this.write(undefined);
      await this.flush();
    }
    return outcome;
  }

  async #save(): Promise<void> {
    if (this.#waiting === null) return;
    const mine = this.#waiting;
    this.#waiting = null;
    try {
      await this.#vault.keepWords(this.#name, mine.value);
      if (this.#failed) sync.unsaved = '';
      this.#failed = false;
    } catch (error) {
      this.#waiting ??= mine;
      this.#failed = true;
      sync.unsaved = wordFor(error);
    }
  }
}

/**
 * Keeps the words of a form that makes a move: a note, reasons, who was phoned. They are no record until the button is pressed,
 * and a lock, a call or a reload may come before that. `name` begins with the id of the record; `found` is given what was kept,
 * unless something was written since. To be called while a component starts.
 */
export function unfinished<T>(name: string, found: (value: T) => void): Keeper<T> {
  const words = new Words<T>(openVault().vault, name);
  editing.addBeside(words);
  onDestroy(() => void words.flush().then(() => editing.remove(words)));
  void words.left().then(
    (kept) => {
      if (kept !== undefined) found(kept);
    },
    () => undefined, // Locked meanwhile, or of an older layout: the form begins empty.
  );
  return words;
}
