/**
 * Referrals on the phone: what they hold, the table of their moves, and who may make which.
 *
 * The table is the server's (internal/casework/referrals.json). What is offered here is a courtesy: the server decides again.
 */
import table from '../../../../internal/casework/referrals.json';
import { overlay, type Fields } from './operations';
import type { Agency, Lang, Line, Operation } from './types';

// The build leaves only the columns named here (plugins/tables.ts).

/** The ways a person can be referred. */
export type ReferralType = keyof typeof table.types;

/** Where a referral can be. */
export type ReferralState = 'draft' | 'submitted' | 'in_review' | 'returned' | 'rejected' | 'approved' | 'sent' | 'sent_urgent' | 'acknowledged' | 'outcome_recorded' | 'closed' | 'withdrawn' | 'withdrawn_external' | 'superseded';

/** What a person can be to a referral. */
export type ReferralRole = 'author' | 'reviewer' | 'sender' | 'receiver' | 'safeguarding_lead';

/** One line of the table of moves. An empty `to` leaves the state as it is. */
export interface Move {
  event: string;
  from: string[];
  to: string;
  by: string[];
  expect_rev?: boolean;
}

/** What holds for one type of referral. */
export interface TypeRule {
  form: string;
  /** Only agencies that may refer can make one. */
  responder_only?: boolean;
  /** A reviewer answers the quality checklist. */
  checklist?: boolean;
  /** A reviewer grades the information. */
  graded?: boolean;
  review: 'before' | 'after' | 'light' | 'none';
  /** Which field names the agency that reviews. */
  reviewer: 'review_agency' | 'to_agency';
  reviewer_roles?: string[];
  senders: string[];
  sender_of?: 'to_agency';
  receivers?: string[];
  /** The kind of agency it goes to; `responder` is any that may refer. */
  to?: string;
  /** The kinds of body it is sent to, the usual one first. */
  bodies: string[];
  channels: string[];
  outcomes: string[];
}

/** An outcome, as it was recorded. */
export interface Recorded {
  code: string;
  /** `YYYY-MM-DD`. */
  date: string;
  at_ms: number;
  by: string;
}

/** A place in an unnamed notification that may say who the person is. */
export interface Hit {
  id: string;
  field: string;
  kind: string;
  text: string;
  block: boolean;
  cleared_by?: string;
  cleared_name?: string;
  reason?: string;
}

/** One referral, as a phone may see it. A field that is absent is empty. Others than its author never hold `identity` and `contact`. */
export interface Referral {
  id: string;
  rev: number;
  type?: ReferralType;
  encounter?: string;
  codename?: string;
  language?: Lang;
  form?: string;
  form_version?: number;
  to_agency?: string;
  force?: string;
  council?: string;
  danger?: boolean;
  consent_withdrawn?: boolean;
  chosen_reason?: string;
  withdrawn_reason?: string;
  answers?: Fields;
  identity?: Fields;
  contact?: Fields;
  consent?: Fields;
  // Everything below is set by the server.
  agency?: string;
  review_agency?: string;
  author?: string;
  author_name?: string;
  state?: ReferralState;
  version?: number;
  child?: boolean;
  kind?: 'nrm' | 'dtn' | '';
  named?: boolean;
  urgent?: boolean;
  picked_up_by?: string;
  picked_up_name?: string;
  made_at_ms?: number;
  received_at_ms?: number;
  submitted_at_ms?: number;
  decided_at_ms?: number;
  sent_at_ms?: number;
  acknowledged_at_ms?: number;
  outcome_at_ms?: number;
  closed_at_ms?: number;
  review_due_ms?: number;
  send_due_ms?: number;
  answer_due_ms?: number;
  countersign_due_ms?: number;
  countersigned_by?: string;
  cosigned_by?: string;
  channel?: string;
  recipient?: string;
  external_ref?: string;
  outcome?: string;
  outcomes?: Recorded[];
  superseded_by?: string;
  retention?: string;
  hits?: Hit[];
  grading?: Fields;
  has_identity?: boolean;
  has_contact?: boolean;
}

/** What an agency was sent, frozen as it was. `id` is the pack's own; moves go to its `referral`. */
export interface Pack extends Pick<Referral, 'id' | 'rev' | 'type' | 'codename' | 'agency' | 'to_agency' | 'state' | 'sent_at_ms' | 'channel' | 'external_ref' | 'outcome' | 'outcomes' | 'child' | 'danger' | 'form' | 'form_version' | 'language' | 'has_identity' | 'has_contact' | 'answers' | 'consent'> {
  referral: string;
  number?: number;
  from_name?: string;
}

/** What was given to whom, on which ground and why. Never changed. */
export interface Disclosure {
  id: string;
  rev: number;
  referral: string;
  what: string;
  to_name: string;
  to_agency?: string;
  to_kind: string;
  gateway: string;
  necessity: string;
  proportionality: string;
  conditions?: string;
  state?: 'open' | 'approved';
  approvals?: { id: string; name: string; at_ms: number }[];
  author?: string;
  author_name?: string;
  agency?: string;
  at_ms?: number;
}

/** Something a person has to do by a day. */
export interface Task {
  id: string;
  rev: number;
  of_coll: string;
  of_rec: string;
  kind: string;
  state: 'open' | 'done';
  at_ms: number;
  due_at_ms?: number;
  done_by?: string;
}

/** One line of the inbox. */
export interface Notice {
  id: string;
  rev: number;
  kind: string;
  of_coll: string;
  of_rec: string;
  at_ms: number;
  state: 'unread' | 'read';
}

/** One line of a list of referrals. */
export interface ReferralItem extends Line {
  referral: Referral;
}

/** Who asks for a move. */
export interface Actor {
  id: string;
  roles: string[];
  agency: string;
}

const moves = table.moves as Move[];

/** What holds for each type. */
export const types = table.types as unknown as Record<ReferralType, TypeRule>;

/** The kinds of tasks: who does one, at which desk, and whether a person ticks it off. The others end when what they ask for is done. */
export const taskKinds: Record<string, { for: string; at: string; by_hand?: boolean }> = table.tasks;

/** The laws that let something be disclosed. */
export const gateways: string[] = table.gateways;

/** The forms in which something is disclosed. */
export const formsOfDisclosure: string[] = table.forms_of_disclosure;

const share = (a: readonly string[] | undefined, b: readonly string[]): boolean => a?.some((one) => b.includes(one)) === true;

/** What a person is to a referral, or to a pack of one. */
export function roleIn(of: Partial<Referral>, user: Actor): ReferralRole[] {
  const rule = of.type === undefined ? undefined : types[of.type];
  if (rule === undefined) return [];
  const isAuthor = of.author === user.id;
  const isReviewer = !isAuthor && of[rule.reviewer] === user.agency && share(rule.reviewer_roles ?? ['supervisor'], user.roles);
  const own = [...(isAuthor ? ['author'] : []), ...(isReviewer ? ['reviewer'] : [])] as ReferralRole[];
  const sends = share(rule.senders, own) || (of[rule.sender_of ?? 'agency'] === user.agency && share(rule.senders, user.roles));
  if (sends) own.push('sender');
  if (of.to_agency === user.agency && share(rule.receivers, user.roles)) own.push('receiver');
  if (!isAuthor && of.agency === user.agency && user.roles.includes('safeguarding_lead')) own.push('safeguarding_lead');
  return own;
}

/** What has to hold of the referral itself before a move is offered; what only the server can know it decides there. */
function fits(move: Move, of: Partial<Referral>): boolean {
  switch (move.event) {
    case 'mark_sent':
      return of.state !== 'submitted' || (of.type !== undefined && types[of.type].review !== 'before');
    case 'urgent_send':
      return of.danger === true || of.child === true;
    case 'cosign_reject':
      return of.child === true;
    case 'countersign':
      return (of.countersign_due_ms ?? 0) > 0 && (of.countersigned_by ?? '') === '';
    default:
      return true;
  }
}

/** The moves open to a person now. */
export function movesFor(of: Partial<Referral>, user: Actor): Move[] {
  const roles = roleIn(of, user);
  return moves.filter((move) => move.from.includes(of.state ?? 'draft') && share(move.by, roles) && fits(move, of));
}

/** Whether a move is open to a person now. */
export const mayMove = (event: string, of: Partial<Referral>, user: Actor): boolean => movesFor(of, user).some((move) => move.event === event);

/** Whether an event brings a referral to another state, whichever it is in. */
export const leadsOn = (event: string): boolean => moves.some((move) => move.event === event && move.to !== '');

/** The move of an event from a state. */
export const moveFrom = (event: string, state: string): Move | undefined => moves.find((move) => move.event === event && move.from.includes(state));

/** The agencies a referral of a type can go to; empty for a type that goes outside the app. */
export function receiversOf(type: ReferralType, agencies: readonly Agency[]): Agency[] {
  const to = types[type].to;
  return agencies.filter((agency) => (to === 'responder' ? agency.may_refer === true : agency.kind === to));
}

const GROUPS = ['answers', 'identity', 'contact'];

/** A row's fields by the names that operations use: an answer is `answers.<key>`. */
export function flat(row: Fields): Fields {
  const out: Fields = {};
  for (const [name, value] of Object.entries(row)) {
    if (!GROUPS.includes(name)) out[name] = value;
    else for (const [key, answer] of Object.entries((value ?? {}) as Fields)) out[`${name}.${key}`] = answer;
  }
  return out;
}

/** The fields of an operation as a row has them: answers inside their group. */
export function nested(fields: Fields): Fields {
  const out: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    const [group, key] = name.split('.') as [string, string?];
    if (key === undefined) out[name] = value;
    else out[group] = { ...(out[group] as Fields | undefined), [key]: value };
  }
  return out;
}

/** The answers of a referral by question, wherever they are stored. */
export const answersOf = (of: Partial<Referral>): Fields => ({ ...of.answers, ...of.identity, ...of.contact, ...of.consent });

/** A referral's row once an operation on it has been taken. */
export function afterOperation(row: Fields, op: Operation): Fields {
  const next = nested(overlay(flat(row), op));
  const { name, args } = op.cmd ?? { name: '', args: {} };
  const to = moveFrom(name, (next['state'] as string | undefined) ?? 'draft')?.to ?? '';
  const kept = Object.fromEntries(['channel', 'recipient', 'external_ref', 'outcome'].filter((key) => args[key] !== undefined).map((key) => [key, args[key]]));
  return { ...next, ...kept, ...(to === '' ? {} : { state: to }) };
}
