import { go } from '../../lib/router.svelte';
import { hide } from '../../lib/state/session.svelte';

// The pages that stand in front of everything, by their addresses, so that they survive a reload.
const pages = { '/notes': 'blank', '/what-next': 'what_next' } as const;
type Page = (typeof pages)[keyof typeof pages] | '';

let page = $state<Page>(pages[location.pathname as keyof typeof pages] ?? '');

/** Which page stands in front of everything: the neutral one of quick hide, the one to show to a person, or none. */
export const cover = {
  get page(): Page {
    return page;
  },
};

/** Puts a page in front, drops the keys, and leaves nothing for Back to return to. */
function coverWith(path: keyof typeof pages): void {
  page = pages[path];
  go(path, true);
  hide();
}

/** Puts the neutral page in front. */
export const quickHide = (): void => coverWith('/notes');

/** Puts the page in front that a person may be shown. The phone may leave the worker's hand, so it is locked behind it. */
export const showWhatNext = (): void => coverWith('/what-next');

/** Goes from the page in front to the lock. */
export function comeBack(): void {
  page = '';
  go('/', true);
}
