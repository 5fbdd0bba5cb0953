import { isEmpty } from './operations';
import { fieldsOf, type FieldRule } from './tables';
import type { Encounter, WordKey } from './types';

/** Something to put right before a record can be handed in. */
export interface Problem {
  field: string;
  key: WordKey;
}

function tooLong(value: unknown, rule: FieldRule): boolean {
  if (rule.max === undefined) return false;
  if (typeof value === 'string') return [...value].length > rule.max;
  return Array.isArray(value) && value.length > rule.max;
}

/** The rules the server holds too: something was noticed or written, and a danger was answered. */
export function problemsOf(record: Encounter): Problem[] {
  const problems: Problem[] = [];
  if (isEmpty(record.narrative) && isEmpty(record.indicators)) problems.push({ field: 'narrative', key: 'error.narrative_or_indicator' });
  if (record.danger === true && isEmpty(record.danger_answers?.called_999)) problems.push({ field: 'danger_answers', key: 'error.danger_answered' });
  for (const [field, rule] of Object.entries(fieldsOf('encounters'))) {
    if (tooLong(record[field as keyof Encounter], rule)) problems.push({ field, key: 'error.too_long' });
  }
  return problems;
}
