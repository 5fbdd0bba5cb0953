import { isEmpty, shownSections, type Form, type Question } from '../../lib/forms';
import type { Lang } from '../../lib/words/words.svelte';
import { answerLines } from '../referral/field-name';

/** How an operation, a conflict or a return names the answer to a question. */
export const fieldOf = ({ store, key }: Question): string => (store === 'consent' ? 'consent' : `${store}.${key}`);

/** One line to be read: the question, and the answer in words. */
export interface Line {
  key: string;
  label: string;
  value: string;
  /** Written by a person, in the language they wrote in. */
  free: boolean;
}

/** A section to be read. */
export interface ReadSection {
  id: string;
  title: string;
  /** False for what is kept by us and never sent. */
  sent: boolean;
  lines: Line[];
  /** The questions that needed an answer and have none. Sealed answers are not counted: this reader does not hold them. */
  unanswered: string[];
}

const sealed = (question: Question): boolean => question.store === 'identity' || question.store === 'contact';

/** The answers by section, in the order of the form: what was answered, and what was needed and not. */
export function readSections(form: Form, answers: Readonly<Record<string, unknown>>, lang: Lang): ReadSection[] {
  const sections = shownSections(form, answers).map(({ id, title, sent, questions }) => ({
    id,
    title: title[lang],
    sent,
    lines: questions.map((question) => ({
      key: question.key,
      label: question.label[lang],
      value: isEmpty(answers[question.key]) ? '' : answerLines(form, question, answers[question.key]).join('\n'),
      free: question.type === 'text' || question.type === 'longtext',
    })).filter(({ value }) => value !== ''),
    unanswered: questions.filter((question) => question.required === true && !sealed(question) && isEmpty(answers[question.key])).map((question) => question.label[lang]),
  }));
  return sections.filter(({ lines, unanswered }) => lines.length + unanswered.length > 0);
}
