import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { difference, halves } from '../casework/operations';
import type { Operation } from '../casework/types';
import { maxOf, optionsOf, parseForm, shown, type Answers, type Definition, type Question } from '../forms';
import { fieldOf } from '../state/referral-draft.svelte';
import { Clock, emptyDisk, enrolled } from '../testing/phone';
import { MOST_SEALED } from './outbox';
import type { Vault } from './vault';

interface Rule { kind: string; max?: number; of?: string[]; bases?: string[]; keys?: Record<string, Rule> }

const USER = 'user00000000001';
// Read as a file: the build leaves columns out that this needs.
const table = JSON.parse(readFileSync(new URL('../../../../internal/casework/fields.json', import.meta.url), 'utf8')) as { encounters: { fields: Record<string, Rule> } };
const fields = table.encounters.fields;
const longest = (options: string[]): string => options.reduce((a, b) => (b.length > a.length ? b : a));

/** The longest value a field may have, every character of it four bytes in UTF-8. */
function fullest({ kind, max, of, bases, keys }: Rule, sign: string): unknown {
  if (keys !== undefined) return Object.fromEntries(Object.entries(keys).map(([name, rule]) => [name, fullest(rule, sign)]));
  if (kind === 'ticks') return Array.from({ length: max ?? 0 }, (_, i) => `${sign === '😀' ? 'WWW' : 'XXX'}-${String(i).padStart(8, '0')}:${longest(bases ?? [])}`);
  if (kind === 'codes') return of;
  if (kind === 'bool') return true;
  if (kind === 'number') return -179.123456789012345;
  if (of !== undefined) return longest(of);
  return sign.repeat(max ?? 40);
}

const everything = (sign: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, rule]) => [name, fullest(rule, sign)]));

let vault: Vault;

beforeEach(async () => {
  emptyDisk();
  vault = await enrolled('slot', USER, new Clock());
  await vault.changeMeta({ pub: await vault.publicPoint(), kid: 'k1', epoch: 'e1', registered: true });
});

/** The bytes an operation has when sealed; it is saved, so that the check before saving let it through. */
async function sealedBytes(op: Operation): Promise<number> {
  expect(await vault.save({ op, subject: op.rec, danger: false, fromDraft: null })).not.toBeNull();
  return (await vault.batch({ ops: 1, drafts: 0, bytes: 2e6 })).ops[0]?.sealed.ct.length ?? 0;
}

describe('an operation with every field at its limit fits, so that no single one is ever refused for its size', () => {
  const common = { v: 1 as const, user: USER, rec: 'rec000000000001', at_ms: 1, tz: 'America/Argentina/ComodRivadavia' };

  it('as a new record', async () => {
    const bytes = await sealedBytes({ ...common, kind: 'create', coll: 'encounters', base_rev: 0, ...difference('encounters', {}, everything('😀')), cmd: { name: 'submit', args: {} } });
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(MOST_SEALED);
  });

  it('as a new version that changes every field, with what its author saw', async () => {
    const bytes = await sealedBytes({ ...common, kind: 'patch', coll: 'encounters', base_rev: 1, ...difference('encounters', everything('😀'), everything('😁')), cmd: { name: 'resubmit', args: {} } });
    expect(bytes).toBeGreaterThan(200_000);
    expect(bytes).toBeLessThan(MOST_SEALED);
  });

  it('as an addendum', async () => {
    expect(await sealedBytes({ ...common, kind: 'create', coll: 'addenda', base_rev: 0, set: { encounter: 'rec000000000001', text: '😀'.repeat(15_000) } })).toBeLessThan(MOST_SEALED);
  });
});

describe('a referral with every answer at its limit', () => {
  const common = { v: 1 as const, user: USER, coll: 'referrals', rec: 'rec000000000001', at_ms: 1, tz: 'America/Argentina/ComodRivadavia' };
  const form = parseForm(JSON.parse(readFileSync(new URL('../../../../pb_migrations/forms/nrm.json', import.meta.url), 'utf8')) as Definition);

  // Accented letters, which are two bytes, as often as Welsh has them.
  const long = (question: Question, letter: string): string => `${letter.repeat(49)}ŵ`.repeat(Math.ceil(maxOf(question) / 50)).slice(0, maxOf(question));

  function filled(question: Question, letter: string): unknown {
    const options = optionsOf(form, question).map(({ value }) => value);
    if (question.type === 'checkboxes') return options;
    if (question.type === 'select_repeat') return options.slice(0, maxOf(question));
    if (question.type === 'file_repeat') return Array.from({ length: maxOf(question) }, () => ({ name: letter.repeat(200), description: letter.repeat(200) }));
    if (options.length > 0) return options.includes('yes') ? 'yes' : longest(options);
    if (question.type === 'number') return maxOf(question);
    return question.type === 'date' ? '1999-12-31' : question.type === 'confirm' ? true : long(question, letter);
  }

  /** An adult who agrees, which is the longest way through the form. */
  function full(letter: string): Record<string, unknown> {
    const answers: Answers = { ...Object.fromEntries([...form.questions.values()].map((question) => [question.key, filled(question, letter)])), under_18: 'no' };
    return Object.fromEntries(shown(form, answers).map((question) => [fieldOf(question), answers[question.key]]));
  }

  it('fits one operation', async () => {
    const bytes = await sealedBytes({ ...common, kind: 'create', base_rev: 0, ...difference('referrals', {}, full('a')), cmd: { name: 'submit', args: {} } });
    expect(bytes).toBeGreaterThan(600_000);
    expect(bytes).toBeLessThan(MOST_SEALED);
  });

  it('fits two when all of it changes, with what its author saw', async () => {
    const op: Operation = { ...common, kind: 'patch', base_rev: 1, ...difference('referrals', full('a'), full('b')), cmd: { name: 'resubmit', args: {} } };
    expect(await vault.save({ op, subject: op.rec, danger: false, fromDraft: null })).toBeNull();
    const parts = halves(op) ?? [op];
    expect(parts.map((part) => part.cmd?.name)).toEqual([undefined, 'resubmit']);
    expect({ ...parts[0]?.set, ...parts[1]?.set }).toEqual(op.set);
    for (const part of parts) expect(await vault.save({ op: part, subject: op.rec, danger: false, fromDraft: null })).not.toBeNull();
  });
});

it('keeps a draft that is too large to hand in, and does not send it until it fits', async () => {
  const draft = (narrative: string) => vault.saveDraft('rec000000000001', { base_rev: 0, value: { narrative }, at_ms: 1 });
  await draft('x'.repeat(1_100_000));
  expect([(await vault.drafts()).size, await vault.draftsToSend()]).toEqual([1, 0]);
  await draft('short again');
  expect(await vault.draftsToSend()).toBe(1);
});
