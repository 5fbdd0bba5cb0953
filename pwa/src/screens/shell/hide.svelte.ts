import { go } from '../../lib/router.svelte';
import { hide } from '../../lib/state/session.svelte';

let hidden = $state(location.pathname === '/notes');

/** Whether the neutral page stands in front of everything. It survives a reload by its address. */
export const cover = {
  get hidden(): boolean {
    return hidden;
  },
};

/** Puts the neutral page in front, drops the keys, and leaves nothing for Back to return to. */
export function quickHide(): void {
  hidden = true;
  go('/notes', true);
  hide();
}

/** Goes from the neutral page to the lock. */
export function comeBack(): void {
  hidden = false;
  go('/', true);
}
