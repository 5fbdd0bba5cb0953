import type { Fields } from '../casework/operations';
import type { Line, Named, SyncState } from '../casework/types';
import { refused, syncOf, type PendingOp } from '../casework/view';
import type { DraftContent } from '../vault/vault';
import { contents } from './contents.svelte';

/** How one kind of record becomes a line of a list. */
export interface KindOfRecord<R extends { id: string; rev: number; author?: string; state?: string }, L extends Line> {
  coll: string;
  /** The record with what is on its way laid over it; null when there is neither. */
  view: (id: string, row: Fields | undefined, rev: number, pending: PendingOp[]) => R | null;
  /** The fields of a draft, as the record has them. */
  fromDraft: (value: Fields) => Partial<R>;
  line: (record: R, sync: SyncState, user: string) => L;
}

/** Drafts of one kind on this phone, and those another phone of the same user handed in. A draft ended here is not shown again. */
export function draftsOf(coll: string): Map<string, DraftContent> {
  const drafts = new Map([...contents.drafts].filter(([, draft]) => (draft.coll ?? 'encounters') === coll));
  for (const row of contents.of('drafts')) {
    const draft = row.d['draft'] as DraftContent | undefined;
    const rec = row.d['rec'];
    if (typeof rec !== 'string' || typeof draft?.value !== 'object' || (draft.coll ?? 'encounters') !== coll) continue;
    const handedIn = contents.overlays.some((one) => one.subject === rec);
    if (!contents.drafts.has(rec) && !contents.ended.has(rec) && !handedIn) drafts.set(rec, draft);
  }
  return drafts;
}

function pendingBySubject(): Map<string, PendingOp[]> {
  const bySubject = new Map<string, PendingOp[]>();
  for (const one of contents.overlays) bySubject.set(one.subject, [...(bySubject.get(one.subject) ?? []), one]);
  return bySubject;
}

/** Records with an open conflict or hold. A decision that came second needs only whoever gave it. */
function needingAttention(): Set<string> {
  const ids = new Set<string>();
  for (const coll of ['conflicts', 'holds']) {
    for (const { d } of contents.of(coll)) {
      const others = d['kind'] === 'command' && (d['incoming_by'] as Named | undefined)?.id !== contents.user;
      if (d['state'] === 'open' && typeof d['of_rec'] === 'string' && !others) ids.add(d['of_rec']);
    }
  }
  return ids;
}

/** Every record of one kind as its reader should see it. */
export function itemsOf<R extends { id: string; rev: number; author?: string; state?: string }, L extends Line>(kind: KindOfRecord<R, L>): Map<string, L> {
  const [drafts, pending, attention] = [draftsOf(kind.coll), pendingBySubject(), needingAttention()];
  const ids = new Set([...[...contents.of(kind.coll)].map((row) => row.i), ...pending.keys(), ...drafts.keys()]);
  const items = new Map<string, L>();
  for (const id of ids) {
    const row = contents.row(kind.coll, id);
    const own = pending.get(id) ?? [];
    const draft = drafts.get(id);
    const seen = kind.view(id, row?.d, row?.r ?? 0, own) ?? refusedView(kind, id, own) ?? draftView(kind, id, draft);
    if (seen === null) continue;
    const returned = seen.state === 'returned' && seen.author === contents.user;
    const sync = syncOf({
      rev: seen.rev, durable: contents.durable, draft: draft !== undefined,
      waiting: own.some((one) => contents.waiting.has(one.op_id)),
      refused: own.some(refused),
      attention: attention.has(id) || (returned && draft === undefined),
    });
    items.set(id, kind.line(seen, sync, contents.user));
  }
  return items;
}

type Viewed<R> = Pick<KindOfRecord<R & { id: string; rev: number }, Line>, 'view' | 'fromDraft'>;

/** A record that was refused stays in sight until the feed says where it is kept. */
function refusedView<R>({ view }: Viewed<R>, id: string, pending: PendingOp[]): R | null {
  return view(id, undefined, 0, pending.filter(refused).map(({ op_id, subject, op }) => ({ op_id, subject, op })));
}

function draftView<R>({ fromDraft }: Viewed<R>, id: string, draft: DraftContent | undefined): R | null {
  return draft === undefined ? null : ({ ...fromDraft(draft.value), id, rev: 0, author: contents.user, made_at_ms: draft.at_ms } as R);
}
