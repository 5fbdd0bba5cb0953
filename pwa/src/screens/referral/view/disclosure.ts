import { types, type ReferralType } from '../../../lib/casework/referral';
import type { NewDisclosure } from '../../../lib/state/referrals.svelte';

/** A telephone call that goes before the form: who was phoned, when (as the field shows it), the number they gave, and the disclosure it was. */
export interface Call {
  phoned: string;
  phonedAt: string;
  number: string;
  told: NewDisclosure;
}

/** Who may be told, as kinds. */
export const kinds = ['council', 'police', 'home_office', 'support', 'health', 'immigration', 'other'] as const;

/** The law that is most often the ground of a pathway; it can be changed. */
const usual: Partial<Record<ReferralType, string>> = {
  nrm: 'msa_2015_s52',
  dtn: 'msa_2015_s52',
  safeguarding_child: 'sswba_2014_s128_s130',
  safeguarding_adult: 'sswba_2014_s128_s130',
  ictg: 'ca_2004_s28',
  victim_support: 'consent',
  msvcc_emergency: 'consent',
  helpline: 'consent',
  handover: 'cda_1998_s115',
};

/** A disclosure to begin with. */
export function blank(referral: string, type: ReferralType, what: string, to: { name: string; agency: string }): NewDisclosure {
  return { referral, what, to_name: to.name, to_agency: to.agency, to_kind: types[type].bodies[0] ?? '', gateway: usual[type] ?? '', necessity: '', proportionality: '', conditions: '' };
}
