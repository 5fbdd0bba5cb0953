import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { codes, riskPrompts } from './options';
import { fieldsOf, inputId, isAnswered, sectionOf } from './sections';

interface Kind { of?: string[]; keys?: Record<string, Kind> }
const table = JSON.parse(readFileSync('../internal/casework/fields.json', 'utf8')) as { encounters: { fields: Record<string, Kind> } };
const fields = table.encounters.fields;

it('asks for every field of the table, each in one place', () => {
  expect(Object.values(fieldsOf).flat().sort()).toEqual(Object.keys(fields).sort());
});

it.each(['place_kind', 'age_status', 'age_band', 'gender', 'interpreter', 'exploitation', 'risk', 'language'] as const)('offers the answers of the table for %s', (field) => {
  expect(codes[field]).toEqual(fields[field]?.of);
});

it('prompts for every thing to think about', () => {
  expect([...riskPrompts, 'tonight'].sort()).toEqual(Object.keys(fields['risk_prompts']?.keys ?? {}).sort());
});

it('finds the part and the input of a field', () => {
  expect([sectionOf('narrative'), sectionOf('danger_answers.called_999'), sectionOf('unheard_of')]).toEqual(['story', 'danger', 'signs']);
  expect(inputId('danger_answers.called_999')).toBe('f-danger_answers-called_999');
});

it('knows an answer from none', () => {
  expect([undefined, '', false, [], {}, { text: '' }].map(isAnswered)).toEqual([false, false, false, false, false, false]);
  expect(['x', true, 0, ['a'], { text: 'x' }].map(isAnswered)).toEqual([true, true, true, true, true]);
});
