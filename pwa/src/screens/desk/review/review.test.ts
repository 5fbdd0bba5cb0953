import { describe, expect, it } from 'vitest';
import { contextOf } from './context';
import { argsOf, checklist, gapsOf, type Decision } from './decision';

const blank: Decision = { decision: '', note: '', codes: [], fields: [], checked: {}, graded: {} };
const full = Object.fromEntries(checklist.map((item) => [item, 'yes']));
const plain = { checklist: false, graded: false };
const quality = { checklist: true, graded: false };
const intelligence = { checklist: false, graded: true };

describe('what is missing from a decision', () => {
  it.each<[string, Partial<Decision>, typeof plain, string[]]>([
    ['nothing chosen', {}, plain, ['decision']],
    ['an approval', { decision: 'approve' }, plain, []],
    ['an approval that needs the checklist', { decision: 'approve', checked: { ...full, detail: undefined } }, quality, ['detail']],
    ['an approval with the checklist', { decision: 'approve', checked: full }, quality, []],
    ['an ungraded note', { decision: 'approve', graded: { source: '2' } }, intelligence, ['information', 'handling']],
    ['conditions without words', { decision: 'approve', graded: { source: '2', information: 'B', handling: 'C', conditions: ' ' } }, intelligence, ['conditions']],
    ['a return', { decision: 'return' }, quality, ['codes', 'note']],
    ['a return for another reason', { decision: 'return', codes: ['R15'], note: ' ' }, plain, ['note']],
    ['a rejection', { decision: 'reject' }, quality, ['note']],
  ])('%s', (_, given, asked, want) => {
    expect(gapsOf({ ...blank, ...given }, asked)).toEqual(want);
  });
});

describe('the arguments of a decision', () => {
  it('hold only what the decision is about', () => {
    const d = { ...blank, note: ' fine ', checked: full, codes: ['R01'], graded: { source: '1', information: 'A', handling: 'P', conditions: 'left over' } };
    expect(argsOf({ ...d, decision: 'approve' }, quality)).toEqual({ note: 'fine', checklist: full });
    expect(argsOf({ ...d, decision: 'approve', note: '' }, intelligence)).toEqual({ grading: { source: '1', information: 'A', handling: 'P' } });
    expect(argsOf({ ...d, decision: 'return' }, quality)).toEqual({ codes: ['R01'], note: 'fine' });
    expect(argsOf({ ...d, decision: 'return', fields: ['answers.family'] }, quality)).toEqual({ codes: ['R01'], note: 'fine', fields: ['answers.family'] });
    expect(argsOf({ ...d, decision: 'reject' }, quality)).toEqual({ reason: 'fine' });
  });
});

describe('a place that may say who the person is', () => {
  it('is read in its sentence', () => {
    expect(contextOf('Everyone there calls her Wren and laughs.', 'wren')).toEqual({ before: 'Everyone there calls her ', words: 'Wren', after: ' and laughs.' });
  });

  it('is cut out of a long text', () => {
    const found = contextOf(`${'a'.repeat(200)} Wren ${'b'.repeat(200)}`, 'Wren');
    expect([found.before.length, found.words, found.after.length]).toEqual([81, 'Wren', 81]);
    expect(found.before.startsWith('…') && found.after.endsWith('…')).toBe(true);
  });

  it('stands alone when the text has changed since', () => {
    expect(contextOf('Nothing of it is left.', 'Wren')).toEqual({ before: '', words: 'Wren', after: '' });
  });
});
