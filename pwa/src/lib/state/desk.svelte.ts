/**
 * What a desk does beside the outbox: trying a move before it is made, and fetching a pack.
 *
 * A trial changes nothing; the move itself is still an operation. A pack is fetched for one look and kept nowhere.
 */
import { leadsOn, moveFrom } from '../casework/referral';
import type { Lang, Outcome } from '../casework/types';
import * as desk from '../exchange/desk';
import { Refused } from '../exchange/http';
import { contents } from './contents.svelte';
import { openVault, server, wordFor } from './current';
import { move, packs, referrals } from './referrals.svelte';
import { sync } from './status.svelte';
import { syncNow } from './sync.svelte';

export type { PackEntry, Pack as OpenPack } from '../exchange/desk';

/** What a trial or a move came to. `refused`: the server said no, as against no answer. `fields` says which answers stand in the way. */
export type Given = { ok: true } | { ok: false; key: string; field?: string; refused: boolean; fields: Record<string, string> };

const refusal = (error: unknown): Given => ({
  ok: false,
  key: wordFor(error),
  refused: error instanceof Refused,
  fields: error instanceof Refused ? error.fields : {},
});

async function caller(): Promise<desk.Caller> {
  const { vault, profile } = openVault();
  return { token: profile.token, device: (await vault.meta())?.device ?? '' };
}

/** Asks the server whether a move would be taken as things stand. */
export async function tryMove(id: string, event: string, args: Record<string, unknown>, rev?: number): Promise<Given> {
  try {
    await desk.moves(server(), await caller(), id, { event, args, ...(rev === undefined ? {} : { expect_rev: rev }) });
    return { ok: true };
  } catch (error) {
    return refusal(error);
  }
}

/**
 * Makes a move. With signal it is tried first, so that what is still missing is said before anything is sealed; without, it waits in the
 * outbox like every other act, and a disclosure written down a moment ago goes in before it.
 */
export async function act(id: string, event: string, args: Record<string, unknown> = {}): Promise<Given> {
  const shown = referrals.find(id)?.referral ?? packs.all.find((pack) => pack.referral === id);
  const namesRev = moveFrom(event, shown?.state ?? 'draft')?.expect_rev === true;
  if (sync.online && sync.waiting === 0) {
    const tried = await tryMove(id, event, args, namesRev ? shown?.rev : undefined);
    if (!tried.ok && tried.refused) {
      // What the server knows better has to stand on the screen beside the refusal.
      void syncNow();
      return tried;
    }
  }
  return settled(await move(id, event, args));
}

const settled = (outcome: Outcome): Given => (outcome.ok ? outcome : { ...outcome, refused: false, fields: {} });

/** Whether a move given here has not been answered yet that leads a referral on: a second one would only come second. */
export const onItsWay = (id: string): boolean =>
  contents.overlays.some(({ op, subject, verdict }) => subject === id && op.kind === 'cmd' && leadsOn(op.cmd?.name ?? '') && (verdict === undefined || verdict.rev > (contents.row('referrals', id)?.r ?? 0)));

/** A pack to work from, with the same as text to keep; or why not. */
export type Fetched<T> = { ok: true; got: T } | { ok: false; key: string };

async function fetched<T>(ask: (to: ReturnType<typeof server>, who: desk.Caller) => Promise<T>): Promise<Fetched<T>> {
  try {
    return { ok: true, got: await ask(server(), await caller()) };
  } catch (error) {
    return { ok: false, key: wordFor(error) };
  }
}

/** Fetches a pack to work from on the screen, or as a file, under an approved disclosure of that form. The server writes down who did. */
export const openPack = (as: 'pack' | 'json', rec: string, disclosure: string, lang: Lang): Promise<Fetched<{ pack: desk.Pack; json: string }>> =>
  fetched((to, who) => desk.pack(to, who, as, { rec, disclosure, lang }));

/** Fetches a pack as a PDF, under an approved disclosure of that form. The server writes down who did. */
export const openPdf = (rec: string, disclosure: string, lang: Lang): Promise<Fetched<Blob>> =>
  fetched((to, who) => desk.packPdf(to, who, { rec, disclosure, lang }));
