import type { Key } from '../../lib/words/words.svelte';

/** One line of the advice card. `checked` is the day a person last tried or looked up the number, `YYYY-MM-DD`. */
export interface Advice {
  who: Key;
  phone?: string;
  email?: string;
  checked: string;
}

/** The numbers a worker may need with no signal for data. Change `checked` only after checking. */
export const numbers: Advice[] = [
  { who: 'advice.police', phone: '101', checked: '2026-11-23' },
  { who: 'advice.helpline', phone: '08000 121 700', checked: '2026-11-23' },
  { who: 'advice.salvation', phone: '0800 808 3733', email: 'mstreferrals@salvationarmy.org.uk', checked: '2026-11-23' },
  { who: 'advice.ictg', phone: '0800 043 4303', checked: '2026-11-23' },
  { who: 'advice.sca', phone: '0300 072 4345', email: 'nrm@modernslavery.gov.uk', checked: '2026-11-23' },
  { who: 'advice.ieca', email: 'IECompetentAuthority@homeoffice.gov.uk', checked: '2026-11-23' },
  { who: 'advice.crimestoppers', phone: '0800 555 111', checked: '2026-11-23' },
  { who: 'advice.lff', phone: '0808 80 10 800', checked: '' },
];
