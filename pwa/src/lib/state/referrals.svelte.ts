/**
 * Referrals and what stands around them: packs received, disclosures, tasks; as this person may see them.
 *
 * Every act is an operation in the outbox, so it works without signal and takes effect once.
 */
import { newId } from '../casework/ids';
import { afterOperation, mayMove, moveFrom, movesFor, nested, roleIn, type Actor, type Disclosure, type Move, type Pack, type Referral, type ReferralItem, type Task } from '../casework/referral';
import { timelineOf } from '../casework/timeline';
import type { Entry, Outcome, Row } from '../casework/types';
import { byUrgency, laidOver, lineOf } from '../casework/view';
import { give, save } from './acts';
import { contents } from './contents.svelte';
import { itemsOf, type KindOfRecord } from './items';
import { session } from './session.svelte';

/** What the server works out once the referral is there: whether it is about a child, or somebody who may be one. */
const saysChild = ({ type, answers }: Referral): boolean =>
  type === 'safeguarding_child' || type === 'ictg' || answers?.['under_18'] === 'yes' || answers?.['under_18'] === 'not_sure';

const kind: KindOfRecord<Referral, ReferralItem> = {
  coll: 'referrals',
  view: (id, row, rev, pending) => {
    const fields = laidOver('referrals', row, rev, pending, afterOperation);
    return fields && { ...(fields as Partial<Referral>), id, rev };
  },
  fromDraft: nested,
  line: (referral, sync, user) => ({ ...lineOf({ ...referral, child: referral.child ?? saysChild(referral) }, sync, user), referral }),
};

/** The signed-in person, as the table of moves knows them. */
export const actor = (): Actor => session.user ?? { id: '', roles: [], agency: '' };

const rowsOf = <T>(coll: string): T[] => [...contents.of(coll)].map((row) => ({ ...row.d, id: row.i, rev: row.r }) as T);
const oldestFirst = (a: ReferralItem, b: ReferralItem): number => a.made_at_ms - b.made_at_ms;

class Referrals {
  readonly #items = $derived.by(() => itemsOf(kind));
  readonly all = $derived([...this.#items.values()]);
  /** What this person made, newest first. */
  readonly mine = $derived(this.all.filter((item) => item.mine).sort((a, b) => b.made_at_ms - a.made_at_ms));
  /** What this person may review: danger, then children, then the oldest. */
  readonly queue = $derived(this.#inState(['submitted', 'in_review'], 'pick_up').sort(byUrgency));
  /** Sent before review, and waiting for this person's countersignature. */
  readonly toCountersign = $derived(this.all.filter((item) => this.#may(item, 'countersign')).sort(byUrgency));
  /** What this person may send now. */
  readonly toSend = $derived(this.all.filter((item) => this.#may(item, 'mark_sent')).sort(byUrgency));
  /** What this person sent or may follow up: a number, an acknowledgement or an outcome is awaited. */
  readonly sent = $derived(this.all.filter((item) => ['sent', 'sent_urgent', 'acknowledged', 'outcome_recorded'].includes(item.state) && roleIn(item.referral, actor()).includes('sender')).sort(oldestFirst));

  #inState(states: string[], event: string): ReferralItem[] {
    return this.all.filter((item) => states.includes(item.state) && this.#may(item, event));
  }

  #may(item: ReferralItem, event: string): boolean {
    return item.referral.rev > 0 && mayMove(event, item.referral, actor());
  }

  get loaded(): boolean {
    return contents.loaded;
  }

  find(id: string): ReferralItem | undefined {
    return this.#items.get(id);
  }
}

/** Every referral this person may see. */
export const referrals = new Referrals();

/** A pack as its receiver should see it, with their own acts on its referral laid over it. */
function packOf(row: Row): Pack {
  const acts = contents.overlays.filter(({ op }) => op.coll === 'referrals' && op.rec === row.d['referral']);
  const fields = laidOver('referrals', row.d, row.r, acts, afterOperation) ?? row.d;
  return { ...(fields as Partial<Pack>), id: row.i, rev: row.r, referral: String(row.d['referral']) };
}

class Packs {
  readonly all = $derived([...contents.of('packs')].map(packOf).sort((a, b) => (b.sent_at_ms ?? 0) - (a.sent_at_ms ?? 0)));
  /** What this person's agency was sent, newest first. */
  readonly received = $derived(this.all.filter((pack) => roleIn(pack, actor()).includes('receiver')));

  find(id: string): Pack | undefined {
    return this.all.find((pack) => pack.id === id);
  }
}

/** What was sent through the app, frozen as it was. */
export const packs = new Packs();

/** Tasks ticked off here, before the feed says so. */
const doneHere = (): Set<string> => new Set(contents.overlays.filter(({ op, verdict }) => op.coll === 'tasks' && (verdict === undefined || verdict.v === 'ok' || verdict.v === 'merged')).map(({ op }) => op.rec));

class Tasks {
  readonly open = $derived.by(() => {
    const done = doneHere();
    return rowsOf<Task>('tasks').filter((task) => task.state === 'open' && !done.has(task.id)).sort((a, b) => (a.due_at_ms ?? 0) - (b.due_at_ms ?? 0));
  });

  of(rec: string): Task[] {
    return this.open.filter((task) => task.of_rec === rec);
  }
}

/** What has to be done by a day. */
export const tasks = new Tasks();

/** The disclosures of a referral, oldest first; those still on this phone count as well. */
export function disclosuresOf(referral: string): Disclosure[] {
  const told = rowsOf<Disclosure>('disclosures').filter((one) => one.referral === referral);
  const here = contents.overlays
    .filter(({ op }) => op.coll === 'disclosures' && op.kind === 'create' && op.set?.['referral'] === referral && !told.some((one) => one.id === op.rec))
    .map(({ op }): Disclosure => ({ ...(op.set as unknown as Disclosure), id: op.rec, rev: 0, author: op.user, at_ms: op.at_ms }));
  return [...told, ...here].sort((a, b) => (a.at_ms ?? 0) - (b.at_ms ?? 0));
}

/** The moves open to this person on a referral or a pack now. */
export const openMoves = (of: Partial<Referral>): Move[] => movesFor(of, actor());

/** Makes a move on a referral as it is shown, or on the referral of a pack. The server refuses one decided on an older revision. */
export function move(id: string, event: string, args: Record<string, unknown> = {}): Promise<Outcome> {
  const item = referrals.find(id);
  const shown = item?.referral ?? packs.all.find((pack) => pack.referral === id);
  const rule = shown === undefined ? undefined : moveFrom(event, shown.state ?? 'draft');
  if (shown === undefined || rule === undefined) return Promise.resolve({ ok: false, key: 'error.state' });
  return give('referrals', { id, rev: shown.rev, danger: shown.danger === true }, event, args, rule.expect_rev === true);
}

/** What is written down before anything leaves: to whom, on which ground, why it is needed and why it is not too much. */
export type NewDisclosure = Pick<Disclosure, 'referral' | 'what' | 'to_name' | 'to_kind' | 'gateway' | 'necessity' | 'proportionality'> & Partial<Pick<Disclosure, 'to_agency' | 'conditions'>>;

/** Writes a disclosure down; gives its id, which sending asks for. */
export async function disclose(what: NewDisclosure): Promise<{ ok: true; id: string } | { ok: false; key: string; field?: string }> {
  for (const field of ['to_name', 'to_kind', 'gateway', 'necessity', 'proportionality'] as const) {
    if (what[field].trim() === '') return { ok: false, key: 'error.required', field };
  }
  const id = newId();
  const set = Object.fromEntries(Object.entries(what).filter(([, value]) => value !== ''));
  const outcome = await save({ kind: 'create', coll: 'disclosures', rec: id, base_rev: 0, set }, referrals.find(what.referral)?.danger === true);
  return outcome.ok ? { ok: true, id } : outcome;
}

/** Approves a disclosure that needs a second person. */
export const approveDisclosure = (id: string): Promise<Outcome> => give('disclosures', { id, rev: contents.row('disclosures', id)?.r ?? 0 }, 'approve', {}, false);

/** Says that the person has withdrawn their consent. It is always written, also late, and from then on nothing is sent. */
export function withdrawConsent(id: string, reason: string): Promise<Outcome> {
  const shown = referrals.find(id)?.referral;
  if (shown === undefined) return Promise.resolve({ ok: false, key: 'error.not_found' });
  if (reason.trim() === '') return Promise.resolve({ ok: false, key: 'error.required', field: 'reason' });
  return save({ kind: 'patch', coll: 'referrals', rec: id, base_rev: shown.rev, set: { consent_withdrawn: true, withdrawn_reason: reason.trim() } });
}

/** Ticks a task off. */
export const finishTask = (id: string): Promise<Outcome> => give('tasks', { id, rev: contents.row('tasks', id)?.r ?? 0 }, 'done', {}, false);

/** What happened to a referral, in order: versions, moves, disclosures, and what is on its way. */
export function referralTimeline(id: string): Entry[] {
  return timelineOf(id, [...contents.rows.values()], contents.overlays.filter((one) => one.subject === id), session.user?.name ?? '');
}
