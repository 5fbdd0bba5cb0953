/**
 * Keeps the app's own files, so that it opens with no signal.
 * It never touches /api or /_ and never stores an answer from them.
 * A new version waits until the page asks for it, because it must not take over a page with an open record.
 */
declare const self: ServiceWorkerGlobalScope;
declare const __FILES__: [url: string, hash: string][];
declare const __BUILD__: string;

const CACHE = 'app-files';
const keyOf = ([url, hash]: [string, string]): string => `${url}?h=${hash}`;
const keys = new Map(__FILES__.map((file) => [file[0], keyOf(file)]));

/** Fetches one file of this version unless an earlier version already brought the same bytes. */
async function keep(cache: Cache, file: [string, string]): Promise<void> {
  const key = keyOf(file);
  if (await cache.match(key)) return;
  const answer = await fetch(file[0], { cache: 'no-cache' });
  // A redirect means that something other than our server answered, such as a hotspot's sign-in page.
  if (!answer.ok || answer.redirected) throw new Error(`${file[0]}: ${answer.status}`);
  await cache.put(key, answer);
}

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(__FILES__.map((file) => keep(cache, file)));
}

async function activate(): Promise<void> {
  const cache = await caches.open(CACHE);
  const wanted = new Set([...keys.values()].map((key) => new URL(key, self.location.origin).href));
  const old = (await cache.keys()).filter((request) => !wanted.has(request.url));
  await Promise.all(old.map((request) => cache.delete(request)));
  await self.clients.claim();
}

async function fromCache(key: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(key)) ?? fetch(request);
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  const foreign = url.origin !== self.location.origin || url.pathname.startsWith('/api/') || url.pathname.startsWith('/_/');
  if (event.request.method !== 'GET' || foreign) return;
  const key = keys.get(event.request.mode === 'navigate' ? '/index.html' : url.pathname);
  if (key !== undefined) event.respondWith(fromCache(key, event.request));
});

self.addEventListener('message', (event) => {
  if (event.data === 'take-over') event.waitUntil(self.skipWaiting());
  if (event.data === 'version') event.source?.postMessage({ version: __BUILD__ });
});

export {};
