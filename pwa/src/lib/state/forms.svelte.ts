import { types, type Referral, type ReferralType } from '../casework/referral';
import type { Row } from '../casework/types';
import { parseForm, type Definition, type Form, type Question } from '../forms';
import { note } from '../log';
import { contents } from './contents.svelte';
import { parts } from './parts';
import { session } from './session.svelte';

/** One version of a form, as the feed brought it. */
export interface KeptForm {
  form: Form;
  /** Empty for a form of everybody. */
  agency: string;
  retired: boolean;
}

const read = new WeakMap<Row, KeptForm | null>();

/** A row as a form; null for one that this app cannot ask, because it is newer than the app. */
function formOf(row: Row): KeptForm | null {
  let kept = read.get(row);
  if (kept === undefined) {
    kept = parsed(row);
    read.set(row, kept);
  }
  return kept;
}

function parsed({ d }: Row): KeptForm | null {
  try {
    const agency = typeof d['agency'] === 'string' ? d['agency'] : '';
    return { form: parseForm(d['definition'] as Definition, parts.now), agency, retired: d['retired'] === true };
  } catch {
    note('forms.too_new');
    return null;
  }
}

class Forms {
  readonly all = $derived([...contents.of('forms')].map(formOf).filter((one) => one !== null));

  /** The form of a code and version; an agency's own goes before everybody's. The agency is the one whose record it is, and not the reader's. */
  at(code: string | undefined, version: number | undefined, agency = session.user?.agency): KeptForm | undefined {
    return this.#own(this.all.filter(({ form }) => form.code === code && form.version === version), agency);
  }

  /** The newest form that may be begun for a type of referral. */
  for(type: ReferralType): Form | undefined {
    const fit = this.all.filter(({ form, retired }) => !retired && form.code === types[type].form);
    return this.#own(fit.sort((a, b) => b.form.version - a.form.version))?.form;
  }

  /** The newest form that one can be changed for: the same form, a later version. */
  after(kept: KeptForm): Form | undefined {
    const later = this.all.filter(({ form, agency, retired }) => !retired && agency === kept.agency && form.code === kept.form.code && form.version > kept.form.version);
    return later.sort((a, b) => b.form.version - a.form.version)[0]?.form;
  }

  #own(fit: KeptForm[], agency = session.user?.agency): KeptForm | undefined {
    return fit.find((one) => one.agency !== '' && one.agency === agency) ?? fit.find((one) => one.agency === '');
  }
}

/** The forms that this phone has. */
export const forms = new Forms();

/** The form that a referral or a pack was written on; where it is not here, the newest of its kind. */
export const formOfReferral = (of: Pick<Referral, 'type' | 'form' | 'form_version' | 'agency'>): Form | undefined =>
  forms.at(of.form, of.form_version, of.agency)?.form ?? (of.type === undefined ? undefined : forms.for(of.type));

/** The question behind a field's name, such as `answers.birthplace`. */
export function questionOf(of: Pick<Referral, 'type' | 'form' | 'form_version' | 'agency'>, field: string): Question | undefined {
  return formOfReferral(of)?.questions.get(field.slice(field.indexOf('.') + 1));
}
