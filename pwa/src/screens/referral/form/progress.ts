import { check, isEmpty, type Question } from '../../../lib/forms';
import type { ReferralDraft } from '../../../lib/state/referral-draft.svelte';

/** How far a part of the form is. Nothing is counted: a part is begun when it has an answer and done when it lacks none that is needed. */
export type Progress = 'not_started' | 'begun' | 'done';

/** How far each of some parts is, worked out together. */
export function progressOf(draft: ReferralDraft, parts: readonly Question[][]): Progress[] {
  const wrong = draft.form === undefined ? {} : check(draft.form, draft.answers, true);
  return parts.map((questions) => {
    if (questions.every(({ key }) => isEmpty(draft.answers[key]))) return questions.some(({ required }) => required) ? 'not_started' : 'done';
    return questions.some(({ key }) => wrong[key] !== undefined || draft.copied.includes(key)) ? 'begun' : 'done';
  });
}
