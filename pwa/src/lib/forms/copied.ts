import { checkValue } from './check';
import type { Form } from './form';
import { isEmpty } from './view';

/** What answers may be copied from, by the name that stands in a definition: 'user.email', 'encounter.narrative', … */
export type Sources = Readonly<Record<string, unknown>>;

/** What fills a new draft: the answers, and which of them were copied and have to be marked so. */
export interface Copied {
  answers: Record<string, unknown>;
  keys: string[];
}

/** Copies what suits its question; what does not is left for the person to write. Defaults fill what has nothing to copy. */
export function copied(form: Form, sources: Sources): Copied {
  const out: Copied = { answers: {}, keys: [] };
  for (const question of form.questions.values()) {
    const value = question.copy === undefined ? undefined : sources[question.copy];
    if (!isEmpty(value) && checkValue(form, question, value) === '') {
      out.answers[question.key] = value;
      out.keys.push(question.key);
    } else if (!isEmpty(question.default)) {
      out.answers[question.key] = question.default;
    }
  }
  return out;
}
