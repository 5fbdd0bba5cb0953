import type { Encounter } from '../../lib/casework/types';

/** The parts of a record, in the order they are asked. */
export const sections = ['signs', 'story', 'person', 'danger', 'risk', 'contact', 'types', 'check'] as const;

/** One part of a record. */
export type SectionName = (typeof sections)[number];

/** Which part asks for which field; the one table for opening a part, for links to an answer and for "has answers". */
export const fieldsOf: Record<SectionName, (keyof Encounter)[]> = {
  signs: ['indicators', 'other_signs'],
  story: ['met_at', 'narrative', 'language', 'place_kind', 'place', 'force', 'council'],
  person: ['age_status', 'age_band', 'gender', 'nationality', 'spoken_language', 'interpreter', 'name', 'nickname', 'date_of_birth', 'identity_note'],
  danger: ['danger', 'danger_answers'],
  risk: ['risk', 'risk_prompts', 'risk_note'],
  contact: ['safe_contact', 'phone', 'email', 'address'],
  types: ['exploitation', 'county_lines'],
  check: ['codename'],
};

/** The part that asks for a field; the first part for a field this app does not know. */
export function sectionOf(field: string): SectionName {
  const head = field.split('.')[0];
  return sections.find((s) => fieldsOf[s].some((f) => f === head)) ?? 'signs';
}

/** The id of the input for a field, so that an error or a returned answer can be reached. */
export function inputId(field: string): string {
  return `f-${field.replaceAll('.', '-')}`;
}

/** Whether an answer has been given. A place without text and a danger not raised count as none. */
export function isAnswered(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object') return Object.values(value).some(isAnswered);
  return true;
}
