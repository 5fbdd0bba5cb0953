import { editedAnywhere, editing } from './editing.svelte';
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
  let controlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // Another tab took the new version: this one follows, unless it only now got its first worker.
    if (controlled && editing.count === 0) location.reload();
    controlled = true;
  });
  const registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
  offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed') offer(worker);
    });
  });
}

/** Moves to the waiting version. Refused while a record is open in any tab. */
export function applyUpdate(): void {
  void editedAnywhere().then((edited) => {
    if (!edited) waiting?.postMessage('take-over');
  });
}
