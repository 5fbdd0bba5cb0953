import type { ReferralState } from './referral';

/** The two languages of the app. */
export type Lang = 'en' | 'cy';

/** A key of words/en.json. The engine names words, it never holds them. */
export type WordKey = string;

/** What an act came to. `key` says why not, in words the screen looks up; `field` is where to put it. */
export type Outcome = { ok: true } | { ok: false; key: WordKey; field?: string };

/** The states a record can be in on the server. */
export type State = 'draft' | 'submitted' | 'in_review' | 'returned' | 'approved' | 'rejected' | 'withdrawn' | 'closed';

/** Where a record's newest work is: a draft here, in the outbox, taken by the server, copied off the server, or waiting for a person. */
export type SyncState = 'on_this_phone' | 'waiting' | 'handed_in' | 'safe' | 'needs_you';

/** Whether and how a person may be contacted. Without `may: 'yes'` nobody contacts them. */
export interface SafeContact {
  may?: 'no' | 'through' | 'yes';
  through?: string;
  phone?: boolean;
  text?: boolean;
  email?: boolean;
  post?: boolean;
  in_person?: boolean;
  days?: string[];
  /** `HH:MM`. */
  from?: string;
  /** `HH:MM`. */
  until?: string;
  voicemail?: boolean;
  say_who?: boolean;
  say_as?: string;
  withheld?: boolean;
  code_word?: string;
  if_other_answers?: string;
  not_to_know?: string;
  not_exploiters_number?: boolean;
  /** `YYYY-MM-DD`. */
  checked_on?: string;
}

/** Where an encounter was. Degrees, and metres of accuracy. */
export interface Place {
  text?: string;
  lat?: number;
  lng?: number;
  accuracy_m?: number;
}

/** One encounter, as a phone may see it. A field that is absent is empty. */
export interface Encounter {
  id: string;
  rev: number;
  codename?: string;
  met_at?: string;
  language?: Lang;
  force?: string;
  council?: string;
  place_kind?: string;
  place?: Place;
  /** `<code>:<basis>`, such as `GEN-01:seen`. */
  indicators?: string[];
  other_signs?: string;
  narrative?: string;
  exploitation?: string[];
  county_lines?: boolean;
  age_status?: 'adult' | 'not_sure' | 'child';
  age_band?: string;
  gender?: string;
  nationality?: string;
  spoken_language?: string;
  interpreter?: string;
  danger?: boolean;
  danger_answers?: { called_999?: string; reference?: string; safe_to_talk?: string };
  risk?: string;
  risk_prompts?: Record<string, string>;
  risk_note?: string;
  name?: string;
  nickname?: string;
  date_of_birth?: string;
  identity_note?: string;
  safe_contact?: SafeContact;
  phone?: string;
  email?: string;
  address?: string;
  // Everything below is set by the server.
  agency?: string;
  review_agency?: string;
  author?: string;
  author_name?: string;
  state?: State;
  version?: number;
  callback_needed?: boolean;
  made_at_ms?: number;
  received_at_ms?: number;
  submitted_at_ms?: number;
  decided_at_ms?: number;
  closed_at_ms?: number;
  picked_up_by?: string;
  picked_up_name?: string;
  clock_offset_ms?: number;
  danger_stood_down?: boolean;
  has_identity?: boolean;
  has_contact?: boolean;
}

/** One line of a list of records. */
export interface Line {
  id: string;
  codename: string;
  state: State | ReferralState | 'unsent';
  sync: SyncState;
  danger: boolean;
  child: boolean;
  made_at_ms: number;
  mine: boolean;
}

/** One line of a list of encounters. */
export interface Item extends Line {
  state: State | 'unsent';
  encounter: Encounter;
}

/** One line of a record's timeline. `row` is the feed's row, or the operation still on this phone. */
export interface Entry {
  kind: 'version' | 'review' | 'addendum' | 'disclosure' | 'pending';
  at_ms: number;
  by: string;
  [column: string]: unknown;
}

/** What changed in a field between the last two versions. `hidden`: an identity or contact field, whose values are not shown. */
export interface Change {
  field: string;
  was: unknown;
  now: unknown;
  hidden: boolean;
}

/** A person, as named in a conflict. */
export interface Named {
  id: string;
  name: string;
}

/** Two people changed one thing; both values are kept until a person chooses. */
export interface Conflict {
  id: string;
  rev: number;
  of_coll: string;
  of_rec: string;
  /** Empty for a command. */
  field: string;
  kind: 'field' | 'late' | 'command';
  store?: 'clear' | 'content' | 'identity' | 'contact';
  current?: unknown;
  incoming?: unknown;
  current_by?: Named;
  incoming_by?: Named;
  taken?: 'current' | 'incoming';
  state: 'open' | 'resolved';
  at_ms: number;
  cmd?: { name: string; args: Record<string, unknown> };
  by?: { name: string; event: string; at_ms: number };
  /** True while this phone's own choice waits to be handed in. */
  answered?: boolean;
}

/** Work that could not be taken, kept with a plain reason. */
export interface Hold {
  id: string;
  rev: number;
  of_coll: string;
  of_rec: string;
  op_id?: string;
  author?: string;
  author_name?: string;
  verdict: string;
  key: WordKey;
  fields?: Record<string, WordKey>;
  state: 'open' | 'released' | 'dismissed';
  at_ms: number;
  op?: Operation;
  /** True while this phone's own choice waits to be handed in. */
  answered?: boolean;
}

/** One sign a worker can tick. */
export interface Indicator {
  id: string;
  code: string;
  category: string;
  en: string;
  cy: string;
  applies_to?: unknown;
  strength: 'weak' | 'medium' | 'strong';
  immediate_danger: boolean;
  danger_action?: string;
  core: boolean;
  retired: boolean;
  sort: number;
}

/** One organisation. */
export interface Agency {
  id: string;
  code: string;
  name_en: string;
  name_cy: string;
  kind: string;
  force?: string;
  may_refer?: boolean;
}

/** One of the user's own devices. */
export interface DeviceRow {
  id: string;
  name: string;
  enrolled_at_ms: number;
  revoked: boolean;
  /** True for the phone in hand. */
  here: boolean;
}

/** The signed-in person. */
export interface User {
  id: string;
  name: string;
  /** The work e-mail; absent from a server that does not tell it. */
  email?: string;
  roles: string[];
  agency: string;
  agency_name: { en: string; cy: string };
  locale?: Lang;
}

/** One made-up person of the demo, and how to sign in as them. */
export interface DemoSignIn {
  role: string;
  name: string;
  email: string;
  password: string;
  agency: string;
}

/** A command inside an operation. */
export interface Command {
  name: string;
  expect_rev?: number;
  args: Record<string, unknown>;
}

/** One operation before it is sealed, as docs/protocol.md section 4.1 has it. */
export interface Operation {
  v: 1;
  user: string;
  kind: 'create' | 'patch' | 'cmd' | 'resolve';
  coll: string;
  rec: string;
  base_rev: number;
  set?: Record<string, unknown>;
  prev?: Record<string, unknown>;
  add?: Record<string, unknown[]>;
  del?: Record<string, unknown[]>;
  cmd?: Command;
  at_ms: number;
  tz: string;
}

/** One row of the feed, opened: collection, id, rev, the scopes it is seen through, generation, and its data as sent. */
export interface Row {
  c: string;
  i: string;
  r: number;
  v: number[];
  g: number;
  d: Record<string, unknown>;
}
