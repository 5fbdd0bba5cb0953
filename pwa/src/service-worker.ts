/**
 * Keeps the app's own files, so that it opens with no signal, and shows that something waits, in words that say nothing else.
 * It never touches /api or /_ and never stores an answer from them.
 * A new version waits until the page asks for it, because it must not take over a page with an open record.
 */
declare const self: ServiceWorkerGlobalScope;
declare const __FILES__: [url: string, hash: string][];
declare const __BUILD__: string;
/** The words of a notification by language, from the word lists. */
declare const __WORDS__: Record<'en' | 'cy', { name: string; body: string }>;

const CACHE = 'app-files';
/** The language that the app was last in, and the installed name. */
const MARKS = 'app-marks';
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
  // The name under the icon is the server's choice. Without it a notification bears the app's own.
  const marks = await caches.open(MARKS);
  await marks.add('/app.webmanifest').catch(() => undefined);
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

async function mark(key: string): Promise<Response | undefined> {
  return (await caches.open(MARKS)).match(key);
}

/** A message holds the opaque id of a notice and nothing else. One that holds anything else still has to be shown, and leads to the list. */
function pathOf(data: PushMessageData | null): string {
  let id: unknown;
  try {
    id = (data?.json() as { n?: unknown } | null)?.n;
  } catch {
    id = undefined;
  }
  return typeof id === 'string' && /^[a-z0-9]{15}$/.test(id) ? `/notice/${id}` : '/inbox';
}

async function show(data: PushMessageData | null): Promise<void> {
  const [language, manifest] = await Promise.all([mark('/lang').then((kept) => kept?.text()), mark('/app.webmanifest').then((kept) => kept?.json() as { name?: string } | undefined).catch(() => undefined)]);
  const lang = language === 'cy' ? 'cy' : 'en';
  const { name, body } = __WORDS__[lang];
  // One at a time: how many there are is nobody's business beside the phone.
  const options: NotificationOptions & { renotify: boolean } = { body, lang, tag: 'item', renotify: true, icon: '/icons/192.png', data: pathOf(data) };
  await self.registration.showNotification(manifest?.name ?? name, options);
}

/** An open app is told where to go and not loaded anew, which would lock it. */
async function open(path: string): Promise<void> {
  const [page] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  page?.postMessage({ open: path });
  // Browsers let a worker come to the front only when a person has just pressed something.
  await (page?.focus() ?? self.clients.openWindow(path)).catch(() => undefined);
}

/** The push service has changed the address. The new one is asked for at once; the app tells the server when it is next open. */
async function renew(old: PushSubscription | null): Promise<void> {
  if (old !== null) await self.registration.pushManager.subscribe(old.options).catch(() => undefined);
}

self.addEventListener('push', (event) => event.waitUntil(show(event.data)));

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data)));
});

self.addEventListener('pushsubscriptionchange', (event) => {
  const change = event as ExtendableEvent & { oldSubscription?: PushSubscription | null };
  change.waitUntil(renew(change.oldSubscription ?? null));
});

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
