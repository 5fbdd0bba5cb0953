import type { Encounter } from '../casework/types';
import type { Answers, Sources } from '../forms';
import { catalogue } from './catalogue.svelte';
import { parts } from './parts';
import { session } from './session.svelte';

const codesOf = (encounter: Encounter): string[] => (encounter.indicators ?? []).map((tick) => tick.split(':')[0] ?? '');

/** What pathways follow from: the record, the person's agency, and what was said since, which counts most. */
export function facts(encounter: Encounter | undefined, said: Answers = {}): Answers {
  const agency = catalogue.agencies.find((one) => one.id === session.user?.agency);
  // Before the agencies have come, nothing is known of this one; it is not said to be one that may not refer.
  const own = agency === undefined ? {} : { may_refer: agency.may_refer === true, agency_kind: agency.kind };
  if (encounter === undefined) return { ...own, ...said };
  const codes = codesOf(encounter);
  return {
    ...own, person_known: true, danger: encounter.danger === true, risk: encounter.risk, age_status: encounter.age_status, force: encounter.force,
    codes, categories: [...new Set(codes.map((code) => code.split('-')[0] ?? ''))], ...said,
  };
}

/** What is asked of an adult alone, before a pathway is named. */
const ofAdults = ['consent_nrm', 'consent_share', 'needs_shelter'];

/** What was said to the questions that are still asked: an answer given before the age was put right counts no more. */
export function stillAsked(encounter: Encounter | undefined, said: Answers): Answers {
  if (encounter === undefined && said['person_known'] === false) return { person_known: false };
  const isAdult = (said['age_status'] ?? encounter?.age_status) === 'adult';
  return Object.fromEntries(Object.entries(said).filter(([key]) => isAdult || !ofAdults.includes(key)));
}

const under18 = { child: 'yes', not_sure: 'not_sure', adult: 'no' };
const called = { yes: 'yes', not_needed: 'no_not_needed', unsafe_to: 'no_unsafe', no_signal: 'no_signal' };

/** What a form may copy from the record, its author and their agency, by the names that definitions use. */
export function sources(encounter: Encounter | undefined, lang: 'en' | 'cy', basisName: (basis: string) => string): Sources {
  const user = session.user;
  const words = (user?.name ?? '').split(' ');
  const agency = catalogue.agencies.find((one) => one.id === user?.agency);
  const about = {
    'user.name': user?.name, 'user.email': user?.email, 'user.first_name': words.slice(0, -1).join(' '), 'user.last_name': words.at(-1),
    'agency.name': agency?.name_en, 'agency.nrm_list_name': agency?.name_en, today: new Date(parts.now()).toISOString().slice(0, 10),
  };
  if (encounter === undefined) return about;
  const signs = (encounter.indicators ?? []).map((tick) => tick.split(':') as [string, string]);
  const line = ([code, basis]: [string, string]): string => `${catalogue.byCode.get(code)?.[lang] ?? code} (${basisName(basis)})`;
  const listed = Object.fromEntries(Object.entries(encounter).map(([name, value]) => [`encounter.${name}`, value as unknown]));
  return {
    ...about, ...listed,
    'encounter.under_18': encounter.age_status && under18[encounter.age_status],
    'encounter.council': catalogue.agencies.find((one) => one.code === encounter.council)?.name_en,
    'encounter.place': encounter.place?.text,
    'encounter.signs_seen': signs.length > 0 ? 'yes' : undefined,
    'encounter.signs_text': [...signs.map(line), encounter.other_signs ?? ''].filter((text) => text !== '').join('\n'),
    'encounter.called_999': called[encounter.danger_answers?.called_999 as keyof typeof called],
  };
}
