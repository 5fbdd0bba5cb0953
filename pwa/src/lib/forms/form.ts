import catalogues from '../../../../internal/forms/catalogues.json';
import { strange } from './rule';
import type { Definition, Option, Question, Rule, Section } from './types';
import type { View } from './view';

/** A definition made ready to be asked. */
export interface Form extends Definition {
  questions: Map<string, Question>;
  /** The section of each question. */
  sectionOf: Map<string, Section>;
  cases: Map<string, [Rule, unknown][]>;
  /** The day it is in Wales at the latest, as YYYY-MM-DD. */
  today: () => string;
  /** The values that may be chosen, by question key. */
  chosen: Map<string, Set<string>>;
  views: WeakMap<object, View>;
}

/** A definition that this version of the app cannot ask: the app must be brought up to date first. */
export class TooNew extends Error {}

const types = new Set(['text', 'longtext', 'radio', 'checkboxes', 'select', 'select_repeat', 'email', 'tel', 'date', 'number', 'confirm', 'file_repeat']);

/** Makes a definition ready. The server refused what is broken; what is left to refuse is what this app does not know yet. */
export function parseForm(definition: Definition, now: () => number = Date.now): Form {
  const form: Form = {
    ...definition, questions: new Map(), sectionOf: new Map(), chosen: new Map(), views: new WeakMap(),
    cases: new Map((definition.derived ?? []).map(({ key, cases }) => [key, cases])),
    today: () => new Date(now() + 3_600_000).toISOString().slice(0, 10),
  };
  const rules = [...form.cases.values()].flat().map(([rule]) => rule);
  for (const section of definition.sections) {
    if (section.when) rules.push(section.when);
    for (const question of section.questions) {
      if (!types.has(question.type)) throw new TooNew(`the form has a question of the type ${question.type}`);
      if (question.when) rules.push(question.when);
      form.questions.set(question.key, question);
      form.sectionOf.set(question.key, section);
    }
  }
  for (const rule of rules) {
    const op = strange(rule);
    if (op !== undefined) throw new TooNew(`the form has the operation ${op}`);
  }
  return form;
}

/** What may be chosen: options of the question, of a list of the form, or of a catalogue. */
export function optionsOf(form: Form, question: Question): Option[] {
  if (question.options) return question.options;
  if (question.list !== undefined) return form.lists?.[question.list] ?? [];
  return question.catalogue === undefined ? [] : ((catalogues as Record<string, Option[]>)[question.catalogue] ?? []);
}

/** The values that may be chosen, looked up once. */
export function chosenOf(form: Form, question: Question): Set<string> {
  let chosen = form.chosen.get(question.key);
  if (!chosen) form.chosen.set(question.key, (chosen = new Set(optionsOf(form, question).map(({ value }) => value))));
  return chosen;
}
