import { readFileSync } from 'node:fs';

const read = (path) => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'));
const catalogues = read('internal/forms/catalogues.json');

/** A form as every server has it. */
export const form = (code) => read(`pb_migrations/forms/${code}.json`);

/** Every question of a form, by key. */
export const questionsOf = (definition) => new Map(definition.sections.flatMap((section) => section.questions.map((question) => [question.key, question])));

/** What may be chosen in answer to a question. */
export const optionsOf = (definition, { options, list, catalogue }) => options ?? definition.lists?.[list] ?? catalogues[catalogue] ?? [];

/** A chosen value in a language. */
export const optionText = (definition, question, value, lang) => {
  const found = optionsOf(definition, question).find((option) => option.value === value);
  if (found === undefined) throw new Error(`${value} is no answer to ${question.key}`);
  return found[lang];
};

const worker = {
  fr_email: 'gwaith@example.org', local_ref: 'robin 7', fr_organisation: 'Gwent Police', report_country: 'wales',
  fr_first_name: 'Onnen', fr_last_name: 'Enghraifft', fr_role: 'Officer', fr_phone: '01632 960100', fr_alt_email: 'swyddfa@example.org',
};

// What happened, with as few questions as the form can be got through with.
const events = {
  birthplace: 'A town by a river.', family: 'Two brothers.', education: 'Six years at school.', work_history: 'Picked fruit.',
  several_situations: 'no', when_single: 'From May to November 2025.', how_started: 'A man offered work at a bus station.', taken_somewhere: 'no',
  what_they_had_to_do: 'Washed cars from seven to seven.', living_conditions: 'A mattress in a store room.', treatment: 'Shouted at, and locked in at night.',
  still_in_situation: 'yes', what_keeps_them: 'The man has the papers.', last_contact_when: 'week', reported_before: 'no', why_not_sooner: 'Nobody asked.',
  indicators_seen: 'yes', indicators_details: 'The door is locked at night.', interview_context: 'Spoke alone for an hour.', professional_view: 'The account fits what was seen.',
  credibility_concern: 'no', others_involved: 'no', where_exploited: 'uk', uk_towns: ['Aberystwyth'], current_town: 'Aberystwyth', current_region: 'Gwent',
  exploiters_who: 'A man who drives a van.', exploiters_location_known: 'no', exploitation_types: ['forced_work'], other_victims: 'not_sure', future_risk: 'no',
  spoken_alone: 'yes', safeguarding_report_made: 'yes_phone', emergency_called: 'no_not_needed', person_language: 'en',
};
const person = {
  first_name: 'Marged', last_name: 'Enghraifft', gender: 'female', has_children: 'no', nationality: 'GB', interpreter: 'no', comm_help: 'no', ho_ref_exists: 'no',
  crime_ref_exists: 'no',
};
const explained = { explained_by: 'in_person', explained: ['what_nrm_is', 'support_offered', 'can_leave'], explained_name: 'Onnen Enghraifft', explained_at: '2026-11-20' };
const adult = { under_18: 'no', under_18_then: 'no', ...explained };

/** Complete answers to the NRM form: a child, an adult who agrees, and an adult who does not and is not to be named. */
export const child = {
  ...worker, ...events, ...person, under_18: 'yes', la_name: 'Newport City Council', la_phone: '01632 960111', la_email: 'diogelu@example.org',
  will_cooperate: 'no', ictg_referred: 'yes', appropriate_adult: 'social_worker',
};
export const agrees = {
  ...worker, ...events, ...person, ...adult, consent_nrm: 'yes', wants_support: 'yes', will_cooperate: 'no', support_contact: 'own', pv_phone: '01632 960123',
  decision_to: 'person', pv_contact_by: ['email'], pv_email: 'marged@example.org', pv_email_safe: true,
};
export const declines = {
  ...worker, ...events, ...adult, consent_nrm: 'no', will_cooperate: 'no', identity_consent_dtn: 'no', dtn_gender: 'female', dtn_nationality: 'GB',
};

/** Complete answers to the council's form about a child. */
export const toCouncil = {
  emergency_called: 'no_not_needed', la_name: 'Newport City Council', safeguarding_report_made: 'yes_phone', under_18: 'yes', person_language: 'en',
  account: 'Sleeps in a store room and is locked in at night.', carer_involved: 'not_sure', where_tonight: 'At the store room.', others_at_risk: 'no',
  first_name: 'Marged', fr_name: 'Onnen Enghraifft', fr_phone: '01632 960100',
};

/** The fields of a referral handed in with some answers, each where its question keeps it. */
export function fieldsOf(definition, type, answers, more = {}) {
  const set = { type, codename: 'robin 7', form: definition.code, form_version: definition.version, language: 'en', danger: false, consent: {}, ...more };
  const questions = questionsOf(definition);
  for (const [key, value] of Object.entries(answers)) {
    const question = questions.get(key);
    if (question === undefined) throw new Error(`${definition.code} does not ask ${key}`);
    if (question.store === 'consent') set.consent[key] = value;
    else set[`${question.store}.${key}`] = value;
  }
  return set;
}
