import { isCodename } from '../casework/codename';
import { newId } from '../casework/ids';
import { isEmpty, type Fields } from '../casework/operations';
import type { Problem } from '../casework/problems';
import { answersOf, flat, types, type Referral, type ReferralType } from '../casework/referral';
import { check, checkValue, derived, forbidden, isEmpty as isUnanswered, migrate, notAsked, shown, type Answers, type Form, type Note, type Question } from '../forms';
import { contents } from './contents.svelte';
import { Drafting, type Writable } from './drafting.svelte';
import { facts } from './facts';
import { forms } from './forms.svelte';
import { draftsOf } from './items';
import { referrals } from './referrals.svelte';

/** A referral being written: its fields by the names of operations. What begins with `local.` stays in the draft. */
export type Writing = Writable & Fields & { type?: ReferralType; codename?: string; form?: string; form_version?: number; to_agency?: string; consent?: Fields };

/** An answer that the new version of a form does not ask, kept to be read. */
export interface Left {
  label: { en: string; cy: string };
  value: unknown;
}

const FIXED = ['type', 'encounter', 'codename', 'language', 'form', 'form_version', 'to_agency', 'force', 'council', 'danger', 'chosen_reason', 'consent'];
const GROUP = /^(answers|identity|contact)\./;
const isWritten = (name: string): boolean => FIXED.includes(name) || GROUP.test(name) || name.startsWith('local.');

/** The name under which a question's answer is kept. */
export const fieldOf = ({ store, key }: Question): string => (store === 'consent' ? key : `${store}.${key}`);

/** A referral being written, on the version of the form that it was begun on. */
export class ReferralDraft extends Drafting<Writing> {
  /** The form that this draft is pinned to; undefined while it has not come to this phone. */
  readonly form = $derived(forms.at(this.value.form, this.value.form_version)?.form);
  /** A later version of the form, to be offered. */
  readonly newer = $derived.by(() => {
    const pinned = forms.at(this.value.form, this.value.form_version);
    return pinned && forms.after(pinned);
  });
  readonly answers: Answers = $derived.by(() => answersIn(this.value));
  // Which questions are asked changes seldom, so screens hang on the list of their keys and are not drawn anew for each letter typed.
  readonly #asked = $derived(this.form === undefined ? '' : shown(this.form, this.answers).map(({ key }) => key).join(' '));
  /** The questions that the answers so far ask, in the order of the form. */
  readonly questions: Question[] = $derived.by(() => {
    const form = this.form;
    return this.#asked === '' || form === undefined ? [] : this.#asked.split(' ').map((key) => form.questions.get(key) as Question);
  });
  /** What the author answered and is left out of what is handed in, because it is not asked. What the app copied in is no loss. */
  readonly leftOut: Question[] = $derived.by(() => {
    const form = this.form;
    return form === undefined ? [] : notAsked(form, this.answers).filter((key) => !this.copied.includes(key)).map((key) => form.questions.get(key) as Question);
  });
  readonly copied: string[] = $derived((this.value['local.copied'] as string[] | undefined) ?? []);
  readonly notes: Note[] = $derived((this.value['local.notes'] as Note[] | undefined) ?? []);
  readonly left: Left[] = $derived((this.value['local.left'] as Left[] | undefined) ?? []);
  /** Set when an answer turned one pathway into another. */
  readonly turned = $derived(this.value['local.turned'] === true);

  get coll(): string {
    return 'referrals';
  }

  get type(): ReferralType {
    return this.value.type ?? 'nrm';
  }

  written(record: Writing): Fields {
    return Object.fromEntries(Object.entries(record).filter(([name, value]) => isWritten(name) && !isEmpty(value)));
  }

  /** Consent stands in one field, and two tabs may each have asked for a part of it. */
  protected override laidOver(held: Fields, from: Fields, to: Fields): Fields {
    const block = (fields: Fields) => (fields['consent'] ?? {}) as Fields;
    return this.written({ ...super.laidOver(held, from, to), consent: super.laidOver(block(held), block(from), block(to)) } as Writing);
  }

  /** Answers one question; a copied answer that was changed is the author's own. */
  answer(question: Question, value: unknown): void {
    const fields: Partial<Writing> = question.store === 'consent' ? { consent: { ...this.value.consent, [question.key]: value } } : { [fieldOf(question)]: value };
    if (this.copied.includes(question.key)) fields['local.copied'] = this.copied.filter((key) => key !== question.key);
    this.change(fields);
    if (question.store === 'consent' || question.key === 'under_18') this.#turn();
  }

  /** Says that a copied answer was read and stands. */
  confirmCopied(key: string): void {
    if (this.copied.includes(key)) this.change({ 'local.copied': this.copied.filter((one) => one !== key) });
  }

  /** Where one form serves two pathways, the answers decide between them until the referral is handed in. */
  #turn(): void {
    const kind = this.form === undefined ? undefined : derived(this.form, this.answers)['$referral_kind'];
    if (this.base !== null || typeof kind !== 'string' || kind === this.type || this.form?.types.includes(kind) !== true) return;
    this.change({ type: kind as ReferralType, 'local.turned': true });
  }

  /** Moves the draft to the later version of its form. What the new version does not ask any more is kept to be read. */
  takeNewer(): void {
    const [from, to] = [this.form, this.newer];
    if (from === undefined || to === undefined) return;
    const { answers, notes } = migrate(to, from.version, this.answers);
    const renamed = new Set((to.migrations ?? []).flatMap((step) => Object.keys(step.rename ?? {})));
    const gone = Object.keys(this.answers).filter((key) => !to.questions.has(key) && !renamed.has(key) && !isUnanswered(this.answers[key]));
    const left = gone.map((key): Left => ({ label: from.questions.get(key)?.label ?? { en: key, cy: key }, value: this.answers[key] }));
    const cleared = Object.fromEntries(Object.keys(this.value).filter((name) => GROUP.test(name)).map((name) => [name, undefined]));
    this.change({
      ...cleared, ...fieldsFor(to, answers), form: to.code, form_version: to.version,
      'local.notes': [...this.notes, ...notes], 'local.left': [...this.left, ...left],
      'local.copied': this.copied.filter((key) => to.questions.has(key)),
    });
  }

  /** Only what is asked is handed in; the rest stays in the draft. */
  override toHandIn(): Fields {
    const asked = new Set(this.questions.map(fieldOf));
    const fields = Object.entries(this.written(this.value)).filter(([name]) => !name.startsWith('local.') && (!GROUP.test(name) || asked.has(name)));
    const consent = Object.entries(this.value.consent ?? {}).filter(([key, value]) => asked.has(key) && !isEmpty(value));
    return { ...Object.fromEntries(fields), consent: Object.fromEntries(consent) };
  }

  problems(): Problem[] {
    const problems: Problem[] = [];
    if (this.form === undefined) return [{ field: 'form', key: 'error.form_missing' }];
    if (typeof this.value.danger !== 'boolean') problems.push({ field: 'danger', key: 'error.danger_question_answered' });
    if (types[this.type].to !== undefined && isEmpty(this.value.to_agency)) problems.push({ field: 'to_agency', key: 'error.required' });
    if (!isCodename(this.value.codename ?? '')) problems.push({ field: 'codename', key: 'error.check_answer' });
    const wrong = check(this.form, this.answers, true);
    problems.push(...this.questions.filter(({ key }) => wrong[key] !== undefined).map((question) => ({ field: fieldOf(question), key: wrong[question.key] ?? '' })));
    const closed = forbidden(this.type, facts(undefined, factsIn(this.answers)));
    if (closed !== '') problems.push({ field: 'type', key: closed });
    return problems;
  }

  /** What is wrong with one answer as it stands; nothing is asked for yet. */
  problemOf(question: Question): string {
    return this.form === undefined || !this.questions.includes(question) ? '' : checkValue(this.form, question, this.answers[question.key]);
  }
}

/** What the answers of a form say of the facts that pathways follow from. */
function factsIn(answers: Answers): Answers {
  const age = { yes: 'child', not_sure: 'not_sure', no: 'adult' }[String(answers['under_18'])];
  const said = Object.fromEntries(['consent_nrm', 'consent_share'].filter((key) => !isUnanswered(answers[key])).map((key) => [key, answers[key]]));
  return { ...said, ...(age === undefined ? {} : { age_status: age }) };
}

/** Answers by question, wherever they are kept. */
function answersIn(value: Writing): Answers {
  const answers: Fields = { ...value.consent };
  for (const [name, answer] of Object.entries(value)) if (GROUP.test(name)) answers[name.slice(name.indexOf('.') + 1)] = answer;
  return answers;
}

/** Answers by the names under which they are kept. */
export function fieldsFor(form: Form, answers: Answers): Fields {
  const fields: Fields = {};
  const consent: Fields = {};
  for (const [key, value] of Object.entries(answers)) {
    const question = form.questions.get(key);
    if (question === undefined) continue;
    if (question.store === 'consent') consent[key] = value;
    else fields[fieldOf(question)] = value;
  }
  return { ...fields, consent };
}

/** Opens a draft: one begun before, or a new version of a referral that came back. Rejects when there is neither. */
export function openReferralDraft(id: string): Promise<ReferralDraft> {
  const kept = draftsOf('referrals').get(id) ?? null;
  const seen = contents.row('referrals', id) === undefined ? null : (referrals.find(id)?.referral ?? null);
  if (kept === null && seen === null) return Promise.reject(new Error('no such referral'));
  // A row carries no false; whether anyone is in danger was answered when it was handed in.
  const now = seen && ({ danger: false, ...flat(seen as unknown as Fields) } as Writing);
  const draft = new ReferralDraft(id, now, kept);
  // What is written on a retired version goes on with the next one at once, with the note that says what changed.
  if (forms.at(draft.value.form, draft.value.form_version)?.retired === true) draft.takeNewer();
  return Promise.resolve(draft);
}

/** What a referral begins with. */
export type Beginning = Pick<Referral, 'type' | 'encounter' | 'codename' | 'language' | 'to_agency' | 'force' | 'council' | 'danger' | 'chosen_reason'>;

/** Begins a referral and saves it; gives its id. `copied` names the answers that were taken from elsewhere. */
export async function beginReferral(beginning: Beginning, form: Form, answers: Answers, copied: string[]): Promise<string> {
  const draft = new ReferralDraft(newId(), null, null);
  draft.change({ ...beginning, form: form.code, form_version: form.version, ...fieldsFor(form, answers), 'local.copied': copied });
  await draft.close();
  return draft.id;
}

/**
 * Begins a referral that goes on from one which left before its form was finished, and gives its id; empty while the form is not on
 * this phone. What was answered is copied, to be read once more; whether anyone is in danger is asked anew unless they were.
 */
export async function goOnFrom(sent: Referral): Promise<string> {
  const form = sent.type && forms.for(sent.type);
  if (form === undefined) return '';
  const { type, encounter, codename, language, to_agency, force, council, chosen_reason } = sent;
  const { answers } = migrate(form, sent.form_version ?? form.version, answersOf(sent));
  const given = Object.fromEntries(Object.entries(answers).filter(([key, value]) => form.questions.has(key) && !isUnanswered(value)));
  return beginReferral({ type, encounter, codename, language, to_agency, force, council, chosen_reason, danger: sent.danger || undefined }, form, given, Object.keys(given));
}
