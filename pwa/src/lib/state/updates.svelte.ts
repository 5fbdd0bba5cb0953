import { editing } from './editing.svelte';
import { sync } from './status.svelte';

let waiting: ServiceWorker | null = null;

function offer(worker: ServiceWorker | null): void {
  // Without a controller this is the first installation: there is nothing to update from.
  if (worker === null || navigator.serviceWorker.controller === null) return;
  waiting = worker;
  sync.updateReady = true;
}

/** Registers the service worker and tells when a new version of the app waits. */
export async function watchForUpdates(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
  offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed') offer(worker);
    });
  });
}

/** Reloads into the waiting version. Refused while a record is open. */
export function applyUpdate(): void {
  if (waiting === null || editing.count > 0) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  waiting.postMessage('take-over');
}
