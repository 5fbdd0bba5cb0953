import type { Form } from './form';
import type { Answers, Migration, Words } from './types';
import { isEmpty } from './view';

/** What a new version of a form did to a person's answers. */
export interface Note {
  /** The version that did it. */
  to: number;
  /** The questions whose answers it changed. */
  keys: string[];
  text: Words;
}

function replaced(value: unknown, by: Record<string, string>): unknown {
  const next = (one: unknown): unknown => (typeof one === 'string' && Object.hasOwn(by, one) ? by[one] : one);
  if (!Array.isArray(value)) return next(value);
  return value.every((one) => next(one) === one) ? value : [...new Set(value.map(next))];
}

/** Drops first, then all renames at once, then values under their new keys. */
function apply(step: Migration, answers: Record<string, unknown>): string[] {
  const touched = new Set<string>();
  for (const key of step.drop ?? []) {
    if (!isEmpty(answers[key])) touched.add(key);
    delete answers[key];
  }
  const moved: Record<string, unknown> = {};
  for (const [old, key] of Object.entries(step.rename ?? {})) {
    if (!Object.hasOwn(answers, old)) continue;
    moved[key] = answers[old];
    touched.add(key);
    delete answers[old];
  }
  Object.assign(answers, moved);
  for (const [key, by] of Object.entries(step.values ?? {})) {
    const next = replaced(answers[key], by);
    if (next === answers[key]) continue;
    answers[key] = next;
    touched.add(key);
  }
  return [...touched].sort();
}

/** Carries answers from an older version of the form to this one, with a note for each version that changed some. */
export function migrate(form: Form, from: number, answers: Answers): { answers: Answers; notes: Note[] } {
  const next = { ...answers };
  const notes: Note[] = [];
  for (const step of form.migrations ?? []) {
    const keys = step.from < from ? [] : apply(step, next);
    if (keys.length > 0) notes.push({ to: step.from + 1, keys, text: step.note });
  }
  return { answers: next, notes };
}
