import commandTable from '../../../../internal/casework/commands.json';
import fieldTable from '../../../../internal/casework/fields.json';

/** One line of the field table, as both sides read it. */
export interface FieldRule {
  kind: string;
  policy: 'reg' | 'set' | 'text' | 'safest';
  store: 'clear' | 'content' | 'identity' | 'contact';
  max?: number;
  of?: string[];
  required?: boolean;
}

/** One line of the command table. */
export interface CommandRule {
  from: string[];
  to: string;
  by: string;
  expect_rev?: boolean;
  guards?: string[];
}

/** The fields a person fills in, by collection. */
export const fieldsOf = (coll: string): Record<string, FieldRule> =>
  (fieldTable as unknown as Record<string, { fields: Record<string, FieldRule> } | undefined>)[coll]?.fields ?? {};

/** The commands of a collection. */
export const commandsOf = (coll: string): Record<string, CommandRule> =>
  (commandTable as unknown as Record<string, Record<string, CommandRule> | undefined>)[coll] ?? {};
