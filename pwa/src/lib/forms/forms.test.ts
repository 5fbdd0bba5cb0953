import { expect, it, describe } from 'vitest';
import { definitionOf, fromShared, noon } from '../testing/random-forms';
import {
  check, checkValue, copied, derived, forbidden, holds, migrate, notAsked, optionsOf, parseForm, shown, shownSections, suggest, TooNew,
  type Answers, type Definition, type Question, type Rule,
} from '.';

const words = { en: 'Form', cy: 'Ffurflen' };
const towns = ['Cardiff / Caerdydd', 'Newport / Casnewydd', 'Unknown'].map((value) => ({ value, en: value, cy: value }));
const formOf = (questions: object[], more: object = {}) =>
  parseForm({ code: 'one', version: 1, types: ['helpline'], title: words, lists: { towns }, sections: [{ id: 's', title: words, sent: true, questions }], ...more } as unknown as Definition, noon);

it('holds a rule as Go does', () => {
  const cases = fromShared<{ rule: Rule; answers: Record<string, unknown>; holds: boolean }[]>('rules.json');
  for (const one of cases) expect(holds(one.rule, (key) => one.answers[key]), JSON.stringify(one)).toBe(one.holds);
  expect(cases.length).toBeGreaterThan(80);
});

it('checks a value as Go does', () => {
  const cases = fromShared<{ question: Question; values: { value: unknown; repeat?: [string, number]; wrong: string }[] }[]>('checks.json');
  for (const { question, values } of cases) {
    const asked = { ...question, key: 'q' };
    const form = formOf([asked]);
    for (const { value, repeat, wrong } of values) {
      const text = repeat === undefined ? value : repeat[0].repeat(repeat[1]);
      expect(checkValue(form, asked, text), `${question.type} ${JSON.stringify(text)?.slice(0, 40)}`).toBe(wrong);
    }
  }
});

it('proposes and closes pathways as Go does', () => {
  const types = ['nrm', 'dtn', 'safeguarding_child', 'safeguarding_adult', 'ictg', 'victim_support', 'msvcc_emergency', 'marac', 'intel', 'intel_gain', 'helpline', 'handover'];
  for (const one of fromShared<{ facts: Answers; suggest: string[]; reasons: string[]; forbidden: Record<string, string> }[]>('pathways.json')) {
    const found = suggest(one.facts);
    expect(found.map(({ type }) => type), JSON.stringify(one.facts)).toEqual(one.suggest);
    expect(found.map(({ reason }) => reason)).toEqual(one.reasons);
    expect(Object.fromEntries(types.map((type) => [type, forbidden(type, one.facts)]).filter(([, key]) => key !== ''))).toEqual(one.forbidden);
  }
});

describe('the NRM form', () => {
  const form = parseForm(definitionOf('nrm'), noon);
  const person = (name: string) => fromShared<{ kind: string; answers: Record<string, unknown> }>(`people/${name}.json`);
  const paths = fromShared<Record<string, { questions_for: Record<string, number> | null }>>('paths.json');

  it('finds each scripted person whole', () => {
    for (const { questions_for } of Object.values(paths)) {
      for (const [name, count] of Object.entries(questions_for ?? {})) {
        const { answers, kind } = person(name);
        expect(check(form, answers, true), name).toEqual({});
        expect(notAsked(form, answers), name).toEqual([]);
        expect(derived(form, answers)['$referral_kind']).toBe(kind);
        expect(shown(form, answers)).toHaveLength(count);
        expect(shownSections(form, answers).flatMap(({ questions }) => questions)).toEqual(shown(form, answers));
      }
    }
  });

  it('hides what an unnamed Duty to Notify may not ask, and brings it back', () => {
    const { answers } = person('named');
    const unnamed = { ...answers, identity_consent_dtn: 'no', pv_email: 'not an address' };
    expect(notAsked(form, unnamed)).toEqual(['crime_ref_exists', 'first_name', 'last_name', 'pv_contact_by', 'pv_email', 'pv_email_safe']);
    expect(shown(form, unnamed).filter(({ store }) => store === 'identity' || store === 'contact')).toEqual([]);
    expect(check(form, unnamed, true)).toEqual({});
    expect(check(form, { ...unnamed, identity_consent_dtn: 'yes' }, true)).toEqual({ pv_email: 'error.check_email' });
  });

  it('is worked out once for one answers object, and in a few milliseconds for the next', () => {
    const { answers } = person('adult');
    const started = performance.now();
    for (let i = 0; i < 100; i++) check(form, { ...answers, what_they_had_to_do: `${i}` }, true);
    expect((performance.now() - started) / 100).toBeLessThan(5);
  });
});

it('copies what suits its question and marks it, and fills in defaults', () => {
  const form = parseForm(definitionOf('nrm'), noon);
  const got = copied(form, { 'user.email': 'onnen@example.org', 'agency.nrm_list_name': 'Not listed', 'encounter.under_18': 'not_sure', 'encounter.signs_text': '' });
  expect(got).toEqual({ answers: { fr_email: 'onnen@example.org', report_country: 'wales', under_18: 'not_sure' }, keys: ['fr_email', 'under_18'] });
});

it('carries answers to a new version with a note for each step that changed some', () => {
  const form = formOf([{ key: 'c', type: 'text', label: words, store: 'answers' }], {
    version: 3,
    migrations: [
      { from: 1, rename: { a: 'b' }, drop: ['gone'], note: { en: 'First', cy: 'Cyntaf' } },
      { from: 2, rename: { b: 'c' }, values: { c: { old: 'new' }, list: { x: 'y' } }, note: { en: 'Second', cy: 'Ail' } },
    ],
  });
  expect(migrate(form, 1, { a: 'old', gone: 'x', list: ['x', 'y'] })).toEqual({
    answers: { c: 'new', list: ['y'] },
    notes: [{ to: 2, keys: ['b', 'gone'], text: { en: 'First', cy: 'Cyntaf' } }, { to: 3, keys: ['c', 'list'], text: { en: 'Second', cy: 'Ail' } }],
  });
  expect(migrate(form, 2, { b: 'kept', other: 1 })).toEqual({ answers: { c: 'kept', other: 1 }, notes: [{ to: 3, keys: ['c'], text: { en: 'Second', cy: 'Ail' } }] });
  expect(migrate(form, 3, { c: 'old' })).toEqual({ answers: { c: 'old' }, notes: [] });
});

it('gives names to what may be chosen from a catalogue', () => {
  const question = { key: 'q', type: 'select', label: words, store: 'answers', catalogue: 'languages' } as Question;
  expect(optionsOf(formOf([question]), question)[0]).toEqual({ value: 'cy', en: 'Welsh', cy: 'Cymraeg' });
});

it('refuses what only a newer app knows', () => {
  const question = { key: 'q', type: 'text', label: words, store: 'answers' };
  expect(() => formOf([{ ...question, type: 'map' }])).toThrow(TooNew);
  expect(() => formOf([{ ...question, when: ['all', ['not', ['near', 'q', 'x']]] }])).toThrow(TooNew);
  expect(() => formOf([{ ...question, when: ['some', 'q', ['near', 'name', 'x']] }])).toThrow(TooNew);
});
