/**
 * The form engine of the app: which questions an answer set shows and what is wrong with its answers.
 *
 * It gives the same verdict as the server's internal/forms on the same answers, and knows neither screens nor storage.
 */
export { parseForm, optionsOf, TooNew, type Form } from './form';
export { derived, isEmpty, notAsked, shown, shownSections } from './view';
export { check, checkValue, length, maxOf } from './check';
export { migrate, type Note } from './migrate';
export { copied, type Copied, type Sources } from './copied';
export { forbidden, suggest, type Suggestion } from './pathways';
export { holds } from './rule';
export type { Answers, Definition, FileName, Option, Problems, Question, QuestionType, Rule, Section, Words } from './types';
