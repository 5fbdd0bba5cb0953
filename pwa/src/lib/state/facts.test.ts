import { expect, it } from 'vitest';
import type { Encounter } from '../casework/types';
import { facts, sources, stillAsked } from './facts';

const encounter = {
  id: 'r', rev: 1, codename: 'Titw Tomos Las', age_status: 'not_sure', indicators: ['SEX-10:seen', 'FMA-01:found'], other_signs: 'Two phones',
  place: { text: 'A car wash', lat: 51.5 }, danger: true, danger_answers: { called_999: 'unsafe_to' }, narrative: 'What was said',
} as unknown as Encounter;

it('a form copies what the record says, in the values that forms use', () => {
  const got = sources(encounter, 'en', (basis) => basis);
  expect(got).toMatchObject({
    'encounter.codename': 'Titw Tomos Las', 'encounter.under_18': 'not_sure', 'encounter.place': 'A car wash', 'encounter.narrative': 'What was said',
    'encounter.called_999': 'no_unsafe', 'encounter.signs_seen': 'yes', 'encounter.signs_text': 'SEX-10 (seen)\nFMA-01 (found)\nTwo phones',
  });
});

it('pathways follow from the record, and from what was said since', () => {
  expect(facts(encounter)).toMatchObject({ age_status: 'not_sure', danger: true, person_known: true, codes: ['SEX-10', 'FMA-01'], categories: ['SEX', 'FMA'] });
  expect(facts(encounter, { age_status: 'adult' })['age_status']).toBe('adult');
  // The agencies have not come: nothing is said of this one.
  expect(facts(undefined)).toEqual({});
});

it('what an adult said counts no more once the person is a child', () => {
  const said = { person_known: true, age_status: 'child', danger: true, consent_share: 'no', needs_shelter: true };
  expect(stillAsked(undefined, said)).toEqual({ person_known: true, age_status: 'child', danger: true });
  expect(stillAsked(undefined, { ...said, age_status: 'adult' })).toMatchObject({ consent_share: 'no' });
  expect(stillAsked(encounter, { consent_share: 'no' })).toEqual({});
  expect(stillAsked(undefined, { ...said, person_known: false })).toEqual({ person_known: false });
});
