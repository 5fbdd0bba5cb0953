import type { Notice } from '../casework/referral';
import type { Outcome } from '../casework/types';
import { give } from './acts';
import { contents } from './contents.svelte';

/** Notices read here, before the feed says so. One that was told anew since counts as unread again. */
function readHere(): Set<string> {
  const read = contents.overlays.filter(({ op, verdict }) => op.coll === 'notices' && (verdict === undefined || verdict.rev > (contents.row('notices', op.rec)?.r ?? 0)));
  return new Set(read.map(({ op }) => op.rec));
}

class Notices {
  readonly all = $derived.by(() => {
    const read = readHere();
    return [...contents.of('notices')]
      .map((row) => ({ of_coll: '', of_rec: '', ...row.d, id: row.i, rev: row.r, ...(read.has(row.i) ? { state: 'read' } : {}) }) as Notice)
      .sort((a, b) => b.at_ms - a.at_ms);
  });
  readonly unread = $derived(this.all.filter((one) => one.state === 'unread'));

  find(id: string): Notice | undefined {
    return this.all.find((one) => one.id === id);
  }
}

/** What this person was told. */
export const notices = new Notices();

/** Marks a notice as read. */
export const readNotice = (id: string): Promise<Outcome> => give('notices', { id, rev: contents.row('notices', id)?.r ?? 0 }, 'read', {}, false);
