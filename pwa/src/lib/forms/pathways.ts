import table from '../../../../internal/forms/pathways.json';
import type { WordKey } from '../casework/types';
import { holds } from './rule';
import type { Answers, Rule } from './types';

/** A pathway that the facts speak for, and why. */
export interface Suggestion {
  type: string;
  reason: WordKey;
}

const get = (facts: Answers) => (key: string): unknown => (Object.hasOwn(facts, key) ? facts[key] : undefined);

/** The word key of why a pathway is not open, '' when it is. */
export function forbidden(type: string, facts: Answers): WordKey {
  return table.forbid.find((one) => one.type === type && holds(one.when as unknown as Rule, get(facts)))?.key ?? '';
}

/** The pathways that the facts speak for, the first to think of first. It proposes and never decides. */
export function suggest(facts: Answers): Suggestion[] {
  const found = new Map<string, Suggestion>();
  for (const { type, reason, when } of table.suggest) {
    if (!found.has(type) && holds(when as unknown as Rule, get(facts)) && forbidden(type, facts) === '') found.set(type, { type, reason });
  }
  return [...found.values()];
}
