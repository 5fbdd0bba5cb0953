import type { Agency } from '../../lib/casework/types';
import type { Option } from '../../lib/ui/form';
import { compare } from '../../lib/words/order';
import { lang, name, type Lang } from '../../lib/words/words.svelte';

/** The codes a question offers, in the order a person should read them. The server keeps the same lists in its table of fields. */
export const codes = {
  place_kind: ['home', 'street', 'workplace', 'hotel', 'vehicle', 'port_border', 'online', 'custody', 'health', 'school', 'shop', 'farm', 'other'],
  age_status: ['adult', 'not_sure', 'child'],
  age_band: ['0-9', '10-13', '14-15', '16-17', '18-24', '25-34', '35-44', '45-54', '55-64', '65+', 'unknown'],
  gender: ['female', 'male', 'other', 'unknown'],
  interpreter: ['not_needed', 'used', 'needed_not_available', 'stopped'],
  exploitation: ['labour', 'sexual', 'criminal', 'domestic', 'organ', 'not_specified'],
  risk: ['low', 'medium', 'high', 'critical'],
  basis: ['seen', 'said_by_person', 'said_by_other', 'found'],
  language: ['en', 'cy'],
} as const;

/** The yes, no, not known questions to think about before choosing a level of risk. */
export const riskPrompts = ['exploiter_near', 'threats', 'missing', 'child_or_pregnant', 'health', 'others_there', 'contact_last_week', 'knows_they_spoke', 'worker_safety'] as const;

const countries = [
  'GB', 'AF', 'AL', 'DZ', 'BD', 'BR', 'BG', 'CM', 'CN', 'CD', 'CZ', 'EG', 'ER', 'ET', 'GM', 'GH', 'HU', 'IN', 'ID', 'IR', 'IQ', 'IE', 'CI', 'JM', 'KE', 'KW', 'LV', 'LY', 'LT', 'MW',
  'MA', 'MM', 'NA', 'NP', 'NG', 'PK', 'PH', 'PL', 'PT', 'RO', 'RU', 'RW', 'SN', 'SL', 'SK', 'SO', 'ZA', 'ES', 'LK', 'SD', 'SY', 'TZ', 'TH', 'TR', 'UG', 'UA', 'VN', 'YE', 'ZM', 'ZW',
];

/** The answers to a question whose words are `<group>.<code>`. */
export function options(group: keyof typeof codes): Option[] {
  return codes[group].map((value) => ({ value, label: name(group, value) }));
}

/** Countries in the dictionary order of the language, then "another" and "not known". */
export function countryOptions(): Option[] {
  return [...sorted(countries.map((value) => ({ value, label: name('country', value) }))), ...['other', 'unknown'].map((value) => ({ value, label: name('country', value) }))];
}

/** The agencies of one kind, by name, from the catalogue on this phone. */
export function agencyOptions(agencies: readonly Agency[], kind: string): Option[] {
  return sorted(agencies.filter((a) => a.kind === kind).map((a) => ({ value: a.code, label: agencyName(a, lang.current) })));
}

/** An agency's name in a language. */
export function agencyName(agency: Agency, l: Lang): string {
  return l === 'cy' ? agency.name_cy : agency.name_en;
}

function sorted(list: Option[]): Option[] {
  return list.sort((a, b) => compare(lang.current, a.label, b.label));
}
