import { roleIn } from '../../lib/casework/referral';
import { questionOf } from '../../lib/state/forms.svelte';
import { actor, referrals } from '../../lib/state/referrals.svelte';
import { known, name } from '../../lib/words/words.svelte';
import type { Naming } from '../attention/naming';
import { fieldLines, fieldName } from './field-name';

const of = (id: string) => referrals.find(id)?.referral ?? {};

/** Referrals, and what is written down about them. */
export const ofReferrals: Naming = {
  find: (id) => referrals.find(id),
  label: (id, field) => (known(`disclosure.${field}`) ? name('disclosure', field) : fieldName(of(id), field)),
  lines: (id, field, value) => fieldLines(of(id), field, value),
  isText: (id, field) => ['text', 'longtext'].includes(questionOf(of(id), field)?.type ?? ''),
  link: (id) => (roleIn(of(id), actor()).includes('reviewer') ? `/refer-review/${id}` : `/referral/${id}`),
};
