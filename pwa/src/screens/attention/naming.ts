import { encounters } from '../../lib/state/encounters.svelte';
import { session } from '../../lib/state/session.svelte';
import { name } from '../../lib/words/words.svelte';
import { answerLines } from '../record/answers';

/** How the cards of this screen speak of a kind of record. */
export interface Naming {
  /** The record as a list shows it; undefined when this person does not see it. */
  find: (id: string) => { codename: string; mine: boolean; state: string } | undefined;
  /** What a field is called. */
  label: (id: string, field: string) => string;
  /** A field's value in words, one line each. */
  lines: (id: string, field: string, value: unknown) => string[];
  /** Whether a value of the field is text that can be written anew. */
  isText: (id: string, field: string) => boolean;
  /** Where the record is read. */
  link: (id: string) => string;
}

const texts = ['narrative', 'other_signs', 'risk_note', 'identity_note', 'address', 'name', 'nickname'];

/** Encounters. */
export const ofEncounters: Naming = {
  find: (id) => encounters.find(id),
  label: (_, field) => name('field', field),
  lines: (_, field, value) => answerLines(field, value),
  isText: (_, field) => texts.includes(field),
  link: (id) => (encounters.find(id)?.mine === false && session.user?.roles.includes('supervisor') ? `/review/${id}` : `/record/${id}`),
};
