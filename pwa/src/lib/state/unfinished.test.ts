import { beforeEach, expect, it } from 'vitest';
import { Clock, emptyDisk, enrolled } from '../testing/phone';
import type { Vault } from '../vault/vault';
import { Words } from './unfinished';

const FORM = 'rec00000000000a/disclosure';
let vault: Vault;

beforeEach(async () => {
  emptyDisk();
  vault = await enrolled('slot', 'user00000000001', new Clock());
});

const form = (): Words<string> => new Words(vault, FORM);

async function writtenIn(words: Words<string>, value: string): Promise<void> {
  words.write(value);
  await words.flush();
}

it('gives the next form what the last one left, but nothing over what is written meanwhile', async () => {
  await writtenIn(form(), 'Blodyn');
  expect(await form().left()).toBe('Blodyn');
  const quick = form();
  quick.write('Menna');
  void quick.flush();
  expect(await form().left()).toBe('Menna');
  const next = form();
  const left = next.left();
  next.write('Marged');
  expect(await left).toBeUndefined();
});

it('begins empty when the act of the last form has built it, whatever of the two is quicker', async () => {
  const last = form();
  await writtenIn(last, 'Blodyn');
  let left: Promise<string | undefined> | undefined;
  // What the act writes down makes the screen put a new form in the place of this one before the act has answered.
  const outcome = last.give(async () => {
    await Promise.resolve();
    left = form().left();
    void last.flush();
    await new Promise((done) => setTimeout(done, 20));
    return { ok: true };
  });
  expect(await outcome).toEqual({ ok: true });
  expect(await left).toBeUndefined();
});

it('keeps the words of an act that was refused, and of one that broke off', async () => {
  const words = form();
  await writtenIn(words, 'Blodyn');
  expect(await words.give(() => Promise.resolve({ ok: false }))).toEqual({ ok: false });
  expect(await form().left()).toBe('Blodyn');
  await expect(words.give(() => Promise.reject(new Error('locked')))).rejects.toThrow('locked');
  expect(await form().left()).toBe('Blodyn');
});
