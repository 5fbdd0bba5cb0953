import type { Referral } from '../../lib/casework/referral';
import { optionsOf, type FileName, type Form, type Question } from '../../lib/forms';
import { formOfReferral, questionOf } from '../../lib/state/forms.svelte';
import { calendarDate } from '../../lib/words/dates';
import { lang, name, t } from '../../lib/words/words.svelte';

type Of = Pick<Referral, 'type' | 'form' | 'form_version'>;

/** What a field of a referral is called: by its question's own words, or by the app's. */
export const fieldName = (of: Of, field: string): string => questionOf(of, field)?.label[lang.current] ?? name('field', field);

/** An answer in words, one line each. */
export function answerLines(form: Form, question: Question, value: unknown): string[] {
  const options = optionsOf(form, question);
  const word = (one: unknown): string => options.find((option) => option.value === one)?.[lang.current] ?? plain(one);
  if (question.type === 'date') return [calendarDate(plain(value))];
  if (question.type === 'confirm') return value === true ? [t('common.yes')] : [];
  if (question.type === 'file_repeat') return (Array.isArray(value) ? (value as FileName[]) : []).map((file) => [file.name, file.description].filter(Boolean).join(': '));
  return (Array.isArray(value) ? value : [value]).map(word).filter((line) => line !== '');
}

const plain = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** The value of a referral's field in words, one line each. */
export function fieldLines(of: Of, field: string, value: unknown): string[] {
  const [form, question] = [formOfReferral(of), questionOf(of, field)];
  if (form && question) return answerLines(form, question, value);
  if (typeof value === 'boolean') return [value ? t('common.yes') : t('common.no')];
  if (field === 'consent' && form) {
    return Object.entries((value ?? {}) as Record<string, unknown>).flatMap(([key, one]) => {
      const asked = form.questions.get(key);
      return asked === undefined ? [] : [`${asked.label[lang.current]} ${answerLines(form, asked, one).join(', ')}`];
    });
  }
  return [plain(value)].filter((line) => line !== '');
}
