import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Row } from '../../../lib/casework/types';
import { contents } from '../../../lib/state/contents.svelte';
import { ReferralDraft } from '../../../lib/state/referral-draft.svelte';
import { session } from '../../../lib/state/session.svelte';
import { shortForm } from '../../../lib/testing/forms';
import { loadWords } from '../../../lib/words/words.svelte';
import { askedIn, kept, nextAfter, placeIn, placeOf, sectionsOf, withTicked } from './place';
import { summaryOf } from './problems';
import { progressOf } from './progress';

beforeAll(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('document', { documentElement: { lang: '' } });
  await loadWords('refer');
});

beforeEach(() => {
  const row = { c: 'forms', i: 'form00000000001', r: 1, v: [1], g: 1, d: { code: 'nrm', version: 1, agency: '', retired: false, definition: shortForm() } };
  const agency = { ...row, c: 'agencies', i: 'a', d: { code: 'a', kind: 'police', may_refer: true } };
  contents.rows = new Map<string, Row>([['forms/form00000000001', row], ['agencies/a', agency]]);
  session.user = { id: 'u', name: 'Aderyn Enghraifft', roles: ['field'], agency: 'a', agency_name: { en: 'A', cy: 'A' } };
});

const draftOf = (value: Record<string, unknown>): ReferralDraft =>
  new ReferralDraft('rec000000000001', null, { coll: 'referrals', base_rev: 0, at_ms: 1, value: { type: 'nrm', form: 'nrm', form_version: 1, codename: 'Robin 10', danger: false, ...value } });

describe('the parts of a form', () => {
  it('are those that ask something now; consent stands apart', () => {
    const adult = draftOf({ 'answers.under_18': 'no', consent: { consent_nrm: 'no' } });
    expect(sectionsOf(adult).map((section) => section.id)).toEqual(['age', 'story']);
    expect(askedIn(adult, shortForm().sections[0] ?? { id: '', title: { en: '', cy: '' }, sent: true, questions: [] })).toEqual([]);
    expect(sectionsOf(draftOf({ 'answers.under_18': 'yes' })).map((section) => section.id)).toEqual(['age', 'story', 'person']);
  });

  it('are found again by Back only where the same question is asked still', () => {
    const child = draftOf({ 'answers.under_18': 'yes' });
    const place = placeOf(child, 'identity.first_name');
    const state = kept(child, place);
    expect(placeIn(state, child)).toEqual(place);
    // An adult who declined is not asked for a name, and another version may have another question there.
    expect(placeIn(state, draftOf({ 'answers.under_18': 'no', consent: { consent_nrm: 'no' } }))).toBeNull();
    expect(placeIn({ ...state, version: 2 }, child)).toBeNull();
    expect(placeIn(kept(child, { at: 'question', section: 9, question: 9 }), child)).toBeNull();
    expect([placeIn({ place: { at: 'check' } }, child), placeIn(null, child)]).toEqual([{ at: 'check' }, null]);
  });

  it('go on from question to question, and past the last to the list', () => {
    const draft = draftOf({ 'answers.under_18': 'yes' });
    const [, story] = sectionsOf(draft);
    if (story === undefined) throw new Error('no story');
    const [first, second] = askedIn(draft, story);
    expect([first && nextAfter(draft, story, first)?.key, second && nextAfter(draft, story, second)]).toEqual(['towns', undefined]);
  });

  it('are where a returned answer leads, whatever it is called by', () => {
    const draft = draftOf({ 'answers.under_18': 'no' });
    expect(['answers.towns', 'towns', 'consent', 'consent_nrm', 'codename'].map((field) => placeOf(draft, field)))
      .toEqual([{ at: 'question', section: 1, question: 1 }, { at: 'question', section: 1, question: 1 }, { at: 'consent' }, { at: 'consent' }, { at: 'check' }]);
  });

  it('say how far they are', () => {
    const draft = draftOf({ 'answers.under_18': 'yes', 'answers.towns': ['Cardiff / Caerdydd'], 'local.copied': [] });
    expect(progressOf(draft, sectionsOf(draft).map((section) => askedIn(draft, section)))).toEqual(['done', 'begun', 'not_started']);
    const copied = draftOf({ 'answers.under_18': 'yes', 'local.copied': ['under_18'] });
    expect(progressOf(copied, sectionsOf(copied).map((section) => askedIn(copied, section)))[0]).toBe('begun');
  });
});

it('shows a tick that a new version has no choice for, so that it can be taken away', () => {
  const choices = [{ value: 'labour', label: 'Labour' }];
  expect(withTicked(choices, ['labour', 'begging'])).toEqual([...choices, { value: 'begging', label: 'begging' }]);
  expect(withTicked(choices, [])).toEqual(choices);
});

it('tells a few problems one by one, and many open answers by part', () => {
  const draft = draftOf({});
  expect(summaryOf(draft, draft.problems()).map(({ text, id }) => [id, text])).toEqual([
    ['q-under_18', 'Under 18? Please answer this.'], ['q-what_happened', 'What happened? Please answer this.'],
  ]);
  const many = Array.from({ length: 9 }, () => ({ field: 'answers.what_happened', key: 'error.required' }));
  expect(summaryOf(draft, [{ field: 'answers.towns', key: 'error.too_many' }, ...many]).map(({ text }) => text)).toEqual([
    'Towns: These are more than fit. Please take some away.', 'What happened: 9 answers are still open',
  ]);
});
