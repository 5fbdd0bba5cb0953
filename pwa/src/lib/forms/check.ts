import type { WordKey } from '../casework/types';
import { chosenOf, type Form } from './form';
import { isDay } from './rule';
import type { Answers, Problems, Question } from './types';
import { isEmpty, viewOf } from './view';

// The shapes name their characters one by one: classes such as \s, and case folding, are not the same on the server.
const webLink = /[hH][tT][tT][pP][sS]?:\/\/|[wW][wW][wW]\./;
const emailShape = /^[^@ \t\r\n]+@[^@ \t\r\n]+\.[^@. \t\r\n]+$/;
const phoneShape = /^[0-9+() .-]+$/;
const intlPhone = /^(\+[1-9]|00[1-9]|0[1-9])[0-9]{5,13}$/;
const months = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const mostOf: Partial<Record<Question['type'], number>> = {
  text: 250, longtext: 15_000, checkboxes: 1000, select_repeat: 10, email: 254, tel: 60, number: 999_999_999, file_repeat: 100,
};

/** The most characters of a text or items of a list, or the highest number. */
export const maxOf = (question: Question): number => question.max ?? mostOf[question.type] ?? 0;

/** How many characters a text has, as the server counts them. */
export const length = (text: string): number => [...text].length;

const unless = (ok: boolean, key: WordKey): WordKey => (ok ? '' : key);

function checkText(question: Question, text: string): WordKey {
  const most = maxOf(question);
  // No text has more characters than units, so most texts need no counting.
  if (text.length > most && length(text) > most) return 'error.too_long';
  if (question.min !== undefined && length(text) < question.min) return 'error.too_few';
  if (question.type === 'email') return unless(emailShape.test(text), 'error.check_email');
  if (question.type === 'tel') return unless(isPhone(question, text), 'error.check_phone');
  if (question.type === 'text' && /[\r\n]/.test(text)) return 'error.check_answer';
  return unless(!question.check?.includes('no_url') || !webLink.test(text), 'error.no_web_links');
}

function isPhone(question: Question, text: string): boolean {
  const bare = text.replace(/[ ().-]/g, '');
  return phoneShape.test(text) && (question.check?.includes('intl_phone') ? intlPhone.test(bare) : bare.length >= 3);
}

function isDate(text: string): boolean {
  if (!isDay(text)) return false;
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 && leap ? 29 : (months[month - 1] ?? 0);
  return day >= 1 && day <= last;
}

function checkDate(form: Form, question: Question, text: string): WordKey {
  if (!isDate(text)) return 'error.check_date';
  if (question.check?.includes('after_1900') && text < '1900-01-01') return 'error.date_early';
  return unless(!question.check?.includes('not_future') || text <= form.today(), 'error.date_future');
}

function isFile(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const fits = ([key, inner]: [string, unknown]): boolean =>
    typeof inner === 'string' && (key === 'name' || key === 'description') && length(inner) <= (key === 'name' ? 200 : 2000);
  return Object.entries(value).every(fits) && !isEmpty((value as { name?: unknown }).name);
}

function checkList(form: Form, question: Question, value: unknown): WordKey {
  if (!Array.isArray(value)) return 'error.check_answer';
  if (value.length < (question.min ?? 0)) return 'error.too_few';
  if (value.length > maxOf(question)) return 'error.too_many';
  if (question.type === 'file_repeat') return unless(value.every(isFile), 'error.check_answer');
  const chosen = chosenOf(form, question);
  const seen = new Set<unknown>();
  for (const one of value) {
    if (typeof one !== 'string' || !chosen.has(one)) return 'error.choose_listed';
    if (seen.has(one)) return 'error.check_answer';
    seen.add(one);
  }
  return '';
}

/** The word key of what is wrong with one value, '' when nothing is. No value is never wrong. */
export function checkValue(form: Form, question: Question, value: unknown): WordKey {
  if (isEmpty(value)) return '';
  switch (question.type) {
    case 'confirm':
      return unless(value === true, 'error.check_answer');
    case 'number':
      return unless(typeof value === 'number' && Number.isInteger(value) && value >= (question.min ?? 0) && value <= maxOf(question), 'error.check_number');
    case 'checkboxes':
    case 'select_repeat':
    case 'file_repeat':
      return checkList(form, question, value);
  }
  if (typeof value !== 'string' || value.includes('\0')) return 'error.check_answer';
  switch (question.type) {
    case 'radio':
    case 'select':
      return unless(chosenOf(form, question).has(value), 'error.choose_listed');
    case 'date':
      return checkDate(form, question, value);
    default:
      return checkText(question, value);
  }
}

/** What is wrong with the answers to shown questions. With whole, required answers must be there. */
export function check(form: Form, answers: Answers, whole: boolean): Problems {
  const view = viewOf(form, answers);
  const problems: Problems = {};
  for (const [key, value] of Object.entries(answers)) {
    const question = form.questions.get(key);
    if (!question) {
      problems[key] = 'error.unknown_field';
    } else if (view.isShown(question)) {
      const wrong = checkValue(form, question, value);
      if (wrong !== '') problems[key] = wrong;
    }
  }
  if (!whole) return problems;
  for (const question of form.questions.values()) {
    if (question.required && isEmpty(answers[question.key]) && view.isShown(question)) {
      problems[question.key] = question.type === 'confirm' ? 'error.confirm' : 'error.required';
    }
  }
  return problems;
}
