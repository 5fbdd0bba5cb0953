import type { Question, Section } from '../../../lib/forms';
import type { Option } from '../../../lib/ui/form';
import { fieldOf, type ReferralDraft } from '../../../lib/state/referral-draft.svelte';

/**
 * Where in the form a person is. It is kept in the browser's history by position, never by name, so that Back goes to the question
 * before and the history says nothing.
 */
export type Place = { at: 'list' | 'consent' | 'check' | 'urgent' } | { at: 'question'; section: number; question: number };

/** The part of the form that asks about consent; its questions stand together, wherever the form has them. */
export const isConsent = (question: Question): boolean => question.store === 'consent';

interface Kept {
  place?: Place;
  version?: number | undefined;
}

/** A place as the browser's history holds it: a position says nothing in another version of the form. */
export const kept = (draft: ReferralDraft, place: Place): Kept => ({ place, version: draft.value.form_version });

/** The place that the browser's history holds; null when it holds none, or one where nothing is asked now. */
export function placeIn(state: unknown, draft: ReferralDraft): Place | null {
  const { place, version } = (state ?? {}) as Kept;
  if (place?.at !== 'question') return place ?? null;
  const question = draft.form?.sections[place.section]?.questions[place.question];
  return version === draft.value.form_version && question !== undefined && draft.questions.includes(question) ? place : null;
}

/** What is wrong with a question as it stands on the screen: its answer, or words in its search box that were not chosen. */
export function problemOn(draft: ReferralDraft, question: Question): string {
  const box = document.getElementById(inputOf(question));
  return box instanceof HTMLInputElement && box.validity.customError ? 'error.not_chosen' : draft.problemOf(question);
}

/** The questions of a section that are asked now, but for those of consent. */
export function askedIn(draft: ReferralDraft, section: Section): Question[] {
  return draft.questions.filter((question) => !isConsent(question) && section.questions.includes(question));
}

/** The sections that ask something now. */
export const sectionsOf = (draft: ReferralDraft): Section[] => (draft.form?.sections ?? []).filter((section) => askedIn(draft, section).length > 0);

/** Where a field is asked: `answers.town`, or a bare key. */
export function placeOf(draft: ReferralDraft, field: string): Place {
  if (field === 'consent') return { at: 'consent' };
  const key = field.slice(field.indexOf('.') + 1);
  const question = draft.form?.questions.get(key);
  if (question === undefined) return { at: 'check' };
  if (isConsent(question)) return { at: 'consent' };
  return placeOfQuestion(draft, question);
}

/** The place of a question that is no question of consent. */
export function placeOfQuestion(draft: ReferralDraft, question: Question): Place {
  const sections = draft.form?.sections ?? [];
  const section = sections.findIndex((one) => one.questions.includes(question));
  return { at: 'question', section, question: sections[section]?.questions.indexOf(question) ?? 0 };
}

/** The question asked after one, in its own section; undefined after the last. */
export function nextAfter(draft: ReferralDraft, section: Section, question: Question): Question | undefined {
  const after = section.questions.slice(section.questions.indexOf(question) + 1);
  return after.find((one) => !isConsent(one) && draft.questions.includes(one));
}

/** The id of a question's input. */
export const inputOf = (question: Question): string => `q-${question.key}`;

/** The id of the input behind a field. */
export const inputOfField = (field: string): string => `q-${field.slice(field.indexOf('.') + 1)}`;

/** The choices of a list of ticks. What was ticked in an older version and is no choice in this one stays to be seen, and can be taken away. */
export const withTicked = (choices: readonly Option[], ticked: readonly string[]): Option[] =>
  [...choices, ...ticked.filter((one) => !choices.some(({ value }) => value === one)).map((value) => ({ value, label: value }))];

export { fieldOf };
