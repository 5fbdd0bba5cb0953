import type { Encounter } from '../../lib/casework/types';
import { catalogue, indicator } from '../../lib/state/catalogue.svelte';
import { calendarDate, dateTime } from '../../lib/words/dates';
import { lang, name, t } from '../../lib/words/words.svelte';
import { basisOf } from './signs';
import { agencyName } from './options';
import { isAnswered } from './sections';

/** The order in which a record is read; who the person is and how to reach them are not part of it. */
export const readingOrder = [
  'danger', 'danger_answers', 'age_status', 'risk', 'narrative', 'indicators', 'other_signs', 'met_at', 'place_kind', 'place', 'force', 'council',
  'age_band', 'gender', 'nationality', 'spoken_language', 'interpreter', 'exploitation', 'county_lines', 'risk_prompts', 'risk_note', 'language',
] as const satisfies readonly (keyof Encounter)[];

type Object = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);
const object = (value: unknown): Object => (typeof value === 'object' && value !== null ? (value as Object) : {});
const agency = (code: string): string => {
  const found = catalogue.agencies.find((a) => a.code === code);
  return found ? agencyName(found, lang.current) : code;
};

const written: Record<string, (value: unknown) => string[]> = {
  indicators: (value) => [...basisOf(list(value))].map(([code, basis]) => `${indicator(code)?.[lang.current] ?? code} (${name('basis', basis)})`),
  exploitation: (value) => list(value).map((code) => name('exploitation', code)),
  met_at: (value) => [dateTime(Date.parse(text(value)))],
  date_of_birth: (value) => [calendarDate(text(value))],
  place: (value) => [text(object(value)['text']), ...(object(value)['lat'] === undefined ? [] : [t('place.map')])],
  force: (value) => [agency(text(value))],
  council: (value) => [agency(text(value))],
  nationality: (value) => [name('country', text(value))],
  risk_prompts: (value) => Object.entries(object(value)).map(([key, answer]) => `${name('prompt', key)} ${key === 'tonight' ? text(answer) : name('answer', text(answer))}`),
  danger_answers: (value) => {
    const { called_999, reference, safe_to_talk } = object(value);
    return [
      isAnswered(called_999) ? `${t('danger.called')} ${name('danger', `called_${text(called_999)}`)}` : '',
      isAnswered(reference) ? `${t('danger.reference')}: ${text(reference)}` : '',
      isAnswered(safe_to_talk) ? `${t('danger.talk')} ${name('danger', `talk_${text(safe_to_talk)}`)}` : '',
    ];
  },
  safe_contact: (value) => [name('contact', `may_${text(object(value)['may']) || 'no'}`)],
};
const coded = new Set(['place_kind', 'age_status', 'age_band', 'gender', 'interpreter', 'risk', 'language']);

/** An answer in words, one line each; empty when there is none. */
export function answerLines(field: string, value: unknown): string[] {
  if (!isAnswered(value)) return [];
  const write = written[field];
  if (write) return write(value).filter((line) => line !== '');
  if (typeof value === 'boolean') return [t('common.yes')];
  return [coded.has(field) ? name(field, text(value)) : text(value)];
}
