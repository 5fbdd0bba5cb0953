/**
 * Which screen is shown, kept in the address bar so that reload and Back work with the server gone.
 * Addresses hold opaque ids only.
 */

/** The screens of the app. `blank` is the neutral page of quick hide; `sign_in` renews a sign-in that has ended. */
export type Screen =
  | 'blank' | 'sign_in' | 'home' | 'edit' | 'view' | 'queue' | 'review' | 'attention' | 'settings' | 'advice' | 'not_found'
  | 'refer' | 'referral' | 'refer_edit' | 'refer_review' | 'send' | 'send_one' | 'received' | 'received_one' | 'inbox' | 'notice' | 'what_next';

interface Route {
  screen: Screen;
  id: string;
}

const patterns: [RegExp, Screen][] = [
  [/^\/$/, 'home'],
  [/^\/record\/new$/, 'edit'],
  [/^\/record\/([a-z0-9]{15})$/, 'view'],
  [/^\/record\/([a-z0-9]{15})\/edit$/, 'edit'],
  [/^\/queue$/, 'queue'],
  [/^\/review\/([a-z0-9]{15})$/, 'review'],
  [/^\/referral\/new(?:\/([a-z0-9]{15}))?$/, 'refer'],
  [/^\/referral\/([a-z0-9]{15})$/, 'referral'],
  [/^\/referral\/([a-z0-9]{15})\/edit$/, 'refer_edit'],
  [/^\/refer-review\/([a-z0-9]{15})$/, 'refer_review'],
  [/^\/send$/, 'send'],
  [/^\/send\/([a-z0-9]{15})$/, 'send_one'],
  [/^\/received$/, 'received'],
  [/^\/received\/([a-z0-9]{15})$/, 'received_one'],
  [/^\/inbox$/, 'inbox'],
  [/^\/notice\/([a-z0-9]{15})$/, 'notice'],
  [/^\/what-next$/, 'what_next'],
  [/^\/attention$/, 'attention'],
  [/^\/settings$/, 'settings'],
  [/^\/advice$/, 'advice'],
  [/^\/sign-in$/, 'sign_in'],
  [/^\/notes$/, 'blank'],
];

/** The screen an address stands for. `id` is empty where the address has none. */
export function match(path: string): Route {
  for (const [pattern, screen] of patterns) {
    const found = pattern.exec(path);
    if (found) return { screen, id: found[1] ?? '' };
  }
  return { screen: 'not_found', id: '' };
}

let current = $state.raw<Route>(match('/'));
let visits = $state(0);

/** The screen shown now. `visits` counts navigations, so that two visits to one address are told apart. */
export const route = {
  get screen(): Screen {
    return current.screen;
  },
  get id(): string {
    return current.id;
  },
  get visits(): number {
    return visits;
  },
};

/** Goes to an address. With `replace`, Back does not return to the one before. */
export function go(path: string, replace = false): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  show();
}

/** Follows Back, Forward, clicks on the app's own links, and notifications that were pressed; returns the undo. */
export function startRouter(): () => void {
  const stop = new AbortController();
  addEventListener('popstate', show, { signal: stop.signal });
  document.addEventListener('click', follow, { signal: stop.signal });
  if ('serviceWorker' in navigator) navigator.serviceWorker.addEventListener('message', followWorker, { signal: stop.signal });
  show();
  return () => stop.abort();
}

function show(): void {
  current = match(location.pathname);
  visits++;
}

function follow(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a[href^="/"]:not([rel=external])') : null;
  if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.pathname);
}

/** The service worker says where a notification leads. It may name no other screen than these. */
function followWorker({ data }: MessageEvent<{ open?: string } | null>): void {
  const path = data?.open ?? '';
  if (/^\/(notice\/\w{15}|inbox)$/.test(path)) go(path);
}
