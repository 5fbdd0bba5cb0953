import { onDestroy } from 'svelte';
import { openVault, wordFor } from './current';
import { editing } from './editing.svelte';
import { sync } from './status.svelte';

const SAVE_AFTER_MS = 250;

/** Keeps what is being written in a form. */
export interface Keeper<T> {
  /** Saves within a moment. */
  write: (value: T) => void;
  /** The form was given: nothing of it is kept any more. */
  end: () => void;
}

/**
 * Keeps the words of a form that makes a move: a note, reasons, who was phoned. They are no record until the button is pressed,
 * and a lock, a call or a reload may come before that. `name` begins with the id of the record; `found` is given what was kept,
 * unless something was written since. To be called while a component starts.
 */
export function unfinished<T>(name: string, found: (value: T) => void): Keeper<T> {
  const { vault } = openVault();
  let waiting: { value: T | undefined } | null = null;
  let touched = false;
  let failed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saving = Promise.resolve();

  async function save(): Promise<void> {
    if (waiting === null) return;
    const mine = waiting;
    waiting = null;
    try {
      await vault.keepWords(name, mine.value);
      if (failed) sync.unsaved = '';
      failed = false;
    } catch (error) {
      waiting ??= mine;
      failed = true;
      sync.unsaved = wordFor(error);
    }
  }

  const saver = {
    flush: (): Promise<void> => {
      clearTimeout(timer);
      timer = undefined;
      return (saving = saving.then(save));
    },
  };

  function put(value: T | undefined): void {
    touched = true;
    waiting = { value };
    timer ??= setTimeout(() => void saver.flush(), SAVE_AFTER_MS);
  }

  editing.addBeside(saver);
  onDestroy(() => void saver.flush().then(() => editing.remove(saver)));
  void vault.words(name).then(
    (kept) => {
      if (kept !== undefined && !touched) found(kept as T);
    },
    () => undefined, // Locked meanwhile, or of an older layout: the form begins empty.
  );
  return { write: put, end: () => put(undefined) };
}
