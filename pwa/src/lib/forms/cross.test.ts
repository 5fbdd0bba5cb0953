import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { definitionOf, fromShared, noon, Sequence } from '../testing/random-forms';
import { check, derived, holds, notAsked, parseForm, shown, type Answers, type Form } from '.';

const want = fromShared<{ seed: number; rules: string[]; forms: Record<string, string[]> }>('cross.json');
const sequence = new Sequence(want.seed);
const ruleBlock = 1000;
const formBlock = 300;

// The sequence goes on from the rules to the forms, so these two run in this order.
it('20,000 random rules come to what Go makes of them', () => {
  want.rules.forEach((hash, block) => {
    const sum = createHash('sha256');
    for (let i = 0; i < ruleBlock; i++) {
      const rule = sequence.rule();
      const data = sequence.data();
      sum.update(holds(rule, (key) => data[key]) ? '1' : '0');
    }
    expect(sum.digest('hex'), `block ${block}`).toBe(hash);
  });
  expect(want.rules).toHaveLength(20);
});

it('random answers to every form come to what Go makes of them', () => {
  for (const code of Object.keys(want.forms).sort()) {
    const form = parseForm(definitionOf(code), noon);
    for (const [block, hash] of (want.forms[code] ?? []).entries()) {
      const sum = createHash('sha256');
      for (let i = 0; i < formBlock; i++) sum.update(verdict(form, sequence.answers(form)));
      expect(sum.digest('hex'), `${code}, block ${block}`).toBe(hash);
    }
  }
});

function verdict(form: Form, answers: Answers): string {
  const pairs = (values: Record<string, unknown>): string => Object.keys(values).sort().map((key) => `${key}=${String(values[key])}`).join(' ');
  const lines = [shown(form, answers).map(({ key }) => key).join(' '), pairs(derived(form, answers)), notAsked(form, answers).join(' '), pairs(check(form, answers, true))];
  return lines.join('\n') + '\n';
}
