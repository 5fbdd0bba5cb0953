import type { Form } from './form';
import { holds } from './rule';
import type { Answers, Question, Section } from './types';

/** Nothing, no, '', an empty list and an empty block all count as no answer, as on the server. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

/** A form beside one answer set. It works out each question, section and derived key once. */
export class View {
  readonly #form: Form;
  readonly #answers: Answers;
  readonly #shown = new Map<Question | Section, boolean>();
  readonly #derived = new Map<string, unknown>();

  constructor(form: Form, answers: Answers) {
    this.#form = form;
    this.#answers = answers;
  }

  /** An answer as rules see it: none for a question that is not shown. */
  readonly get = (key: string): unknown => {
    if (this.#form.cases.has(key)) return this.derive(key);
    const value = Object.hasOwn(this.#answers, key) ? this.#answers[key] : undefined;
    if (isEmpty(value)) return undefined;
    const question = this.#form.questions.get(key);
    return question && this.isShown(question) ? value : undefined;
  };

  isShown(question: Question): boolean {
    const section = this.#form.sectionOf.get(question.key);
    return section !== undefined && this.#holds(section) && this.#holds(question);
  }

  derive(key: string): unknown {
    if (!this.#derived.has(key)) this.#derived.set(key, this.#form.cases.get(key)?.find(([rule]) => holds(rule, this.get))?.[1]);
    return this.#derived.get(key);
  }

  #holds(part: Question | Section): boolean {
    let shown = this.#shown.get(part);
    if (shown === undefined) this.#shown.set(part, (shown = part.when === undefined || holds(part.when, this.get)));
    return shown;
  }
}

/** The view of an answer set, made once for each answers object. */
export function viewOf(form: Form, answers: Answers): View {
  let view = form.views.get(answers);
  if (!view) form.views.set(answers, (view = new View(form, answers)));
  return view;
}

/** The questions that the answers show, in the order of the form. */
export function shown(form: Form, answers: Answers): Question[] {
  const view = viewOf(form, answers);
  return [...form.questions.values()].filter((question) => view.isShown(question));
}

/** The sections that have a question to show, each with its shown questions. */
export function shownSections(form: Form, answers: Answers): Section[] {
  const view = viewOf(form, answers);
  return form.sections
    .map((section) => ({ ...section, questions: section.questions.filter((question) => view.isShown(question)) }))
    .filter((section) => section.questions.length > 0);
}

/** The derived keys that have a value. */
export function derived(form: Form, answers: Answers): Record<string, unknown> {
  const view = viewOf(form, answers);
  const values: Record<string, unknown> = {};
  for (const key of form.cases.keys()) {
    const value = view.derive(key);
    if (value !== undefined) values[key] = value;
  }
  return values;
}

/** The keys of questions that are answered and not shown, in the order of the form. */
export function notAsked(form: Form, answers: Answers): string[] {
  const view = viewOf(form, answers);
  return [...form.questions.values()].filter(({ key }) => !isEmpty(answers[key])).filter((question) => !view.isShown(question)).map(({ key }) => key);
}
