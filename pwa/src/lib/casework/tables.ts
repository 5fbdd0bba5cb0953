import commandTable from '../../../../internal/casework/commands.json';
import fieldTable from '../../../../internal/casework/fields.json';

// The build leaves only the columns named here (plugins/tables.ts).

/** One line of the field table. `max` counts characters of a text or items of a list. */
export interface FieldRule {
  policy: 'reg' | 'set' | 'text' | 'safest';
  store: 'clear' | 'content' | 'identity' | 'contact';
  max?: number;
}

/** One line of the command table: the state it leads to ('' leaves it), and whether it names the revision it was decided on. */
export interface CommandRule {
  to: string;
  expect_rev?: boolean;
}

/** The fields a person fills in; of encounters only, because other collections have no form. */
export const fieldsOf = (coll: string): Record<string, FieldRule> =>
  (fieldTable as unknown as Record<string, { fields: Record<string, FieldRule> } | undefined>)[coll]?.fields ?? {};

/** The commands of encounters. */
export const commandsOf = (coll: string): Record<string, CommandRule> =>
  (commandTable as unknown as Record<string, Record<string, CommandRule> | undefined>)[coll] ?? {};
