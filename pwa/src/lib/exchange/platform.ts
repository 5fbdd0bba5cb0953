import type { Fetch } from './http';

/** The browser's own fetch. */
export const platformFetch: Fetch = (url, init) => fetch(url, init);
