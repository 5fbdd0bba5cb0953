import type { Problem } from '../../../lib/casework/problems';
import type { ReferralDraft } from '../../../lib/state/referral-draft.svelte';
import type { Problem as Told } from '../../../lib/ui/form';
import { lang, name, say, t } from '../../../lib/words/words.svelte';
import { fieldName } from '../field-name';
import { inputOfField, isConsent } from './place';

// So many lines a person can read; more than these are told part by part.
const MOST_LINES = 8;
const missing = ['error.required', 'error.confirm'];

/** A question and what is the matter with it, as one line. */
export const lineFor = (label: string, matter: string): string => (label.endsWith('?') ? `${label} ${matter}` : `${label}: ${matter}`);

/** A problem to show, with the field that its link leads to. */
export interface Line extends Told {
  field: string;
}

function alone(draft: ReferralDraft, { field, key }: Problem): Line {
  const label = field === 'type' ? name('pathway', draft.type) : fieldName(draft.value, field);
  return { id: inputOfField(field), field, text: lineFor(label, say(key)) };
}

/** What has to be put right, for the summary. Answers that are only missing are told by part when there are many of them. */
export function summaryOf(draft: ReferralDraft, found: readonly Problem[]): Line[] {
  const open = found.filter(({ key }) => missing.includes(key));
  if (open.length <= MOST_LINES) return found.map((problem) => alone(draft, problem));
  const parts = new Map<string, Problem[]>();
  for (const problem of open) {
    const part = partOf(draft, problem.field);
    parts.set(part, [...(parts.get(part) ?? []), problem]);
  }
  const byPart = [...parts].map(([part, problems]): Line => {
    const field = problems[0]?.field ?? '';
    return { id: inputOfField(field), field, text: t('refer.missing', { part, n: problems.length }) };
  });
  return [...found.filter(({ key }) => !missing.includes(key)).map((problem) => alone(draft, problem)), ...byPart];
}

/** The part of the form that asks for a field. */
function partOf(draft: ReferralDraft, field: string): string {
  const key = field.slice(field.indexOf('.') + 1);
  const question = draft.form?.questions.get(key);
  if (question === undefined) return t('refer.check');
  return isConsent(question) ? t('refer.consent') : (draft.form?.sectionOf.get(key)?.title[lang.current] ?? '');
}
