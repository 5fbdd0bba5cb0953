import type { Outcome } from '../casework/types';
import * as push from '../exchange/push';
import { note } from '../log';
import { caller, current, failed, openVault, server } from './current';
import { keepProfile } from './entry';

/**
 * Whether this device shows that something waits. `unsupported`: the browser has no notifications; `install_first`: it has them for
 * installed apps only; `blocked`: the person or their employer has forbidden them in the browser.
 */
export type Told = 'unsupported' | 'install_first' | 'blocked' | 'off' | 'on';

class Telling {
  state = $state<Told>('off');
}

export const telling = new Telling();

const SIGN_OUT_WAIT_MS = 3_000;

/** What the browser can do, before anybody is asked. */
function able(): Told {
  const { PushManager, Notification, navigator } = globalThis as { PushManager?: unknown; Notification?: typeof globalThis.Notification; navigator?: Navigator };
  if (PushManager !== undefined && Notification !== undefined && navigator?.serviceWorker !== undefined) {
    return Notification.permission === 'denied' ? 'blocked' : 'off';
  }
  // On an iPhone only the installed app can be told; a browser's page there has `standalone`, and it is false.
  return navigator !== undefined && 'standalone' in navigator && navigator.standalone === false ? 'install_first' : 'unsupported';
}

/** Looks what holds now; the person may have changed it in the browser. */
export function lookAtTelling(): void {
  const can = able();
  telling.state = can === 'off' && current.open?.profile.told !== undefined && Notification.permission === 'granted' ? 'on' : can;
}

/** Asks the person's permission and the browser's push service for an address, and tells the server. */
export async function turnOn(): Promise<Outcome> {
  if ((await Notification.requestPermission()) !== 'granted') {
    lookAtTelling();
    return { ok: false, key: 'telling.not_allowed' };
  }
  try {
    await tellServer(await subscription());
    lookAtTelling();
    return { ok: true };
  } catch (error) {
    return error instanceof DOMException ? { ok: false, key: 'telling.no_service' } : failed(error);
  }
}

async function subscription(): Promise<PushSubscription> {
  const { pushManager } = await navigator.serviceWorker.ready;
  const applicationServerKey = await push.pushKey(server(), await caller());
  const options = { userVisibleOnly: true, applicationServerKey };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    // A subscription for the key of another server, or of this one before its keys were lost.
    const old = await pushManager.getSubscription();
    if (old === null) throw error;
    await old.unsubscribe();
    return pushManager.subscribe(options);
  }
}

async function tellServer(to: PushSubscription): Promise<void> {
  const asker = await caller();
  await push.subscribePush(server(), asker, to.toJSON());
  await keepProfile({ ...openVault().profile, told: { endpoint: to.endpoint, device: asker.device } });
}

/** Has the server tell this device no more. The browser's address stays: another user of this phone may be told by it. */
export async function turnOff(): Promise<Outcome> {
  try {
    await push.unsubscribePush(server(), await caller());
    await forget();
    lookAtTelling();
    return { ok: true };
  } catch (error) {
    return failed(error);
  }
}

async function forget(): Promise<void> {
  const { told: _, ...rest } = openVault().profile;
  await keepProfile(rest);
}

/** Asks for a notification on this device, to see that they come. */
export async function tryTelling(): Promise<Outcome> {
  try {
    await push.testPush(server(), await caller());
    return { ok: true };
  } catch (error) {
    return failed(error);
  }
}

/** Once the app is open: tells the server when the browser's address has changed, or that notifications were forbidden meanwhile. */
export async function renewTelling(): Promise<void> {
  lookAtTelling();
  const told = current.open?.profile.told;
  if (told === undefined) return;
  try {
    if (telling.state !== 'on') {
      await turnOff();
      return;
    }
    const { pushManager } = await navigator.serviceWorker.ready;
    const now = (await pushManager.getSubscription()) ?? (await subscription());
    const { device } = await caller();
    if (now.endpoint !== told.endpoint || device !== told.device) await tellServer(now);
  } catch {
    note('telling.renew'); // Without signal, or locked meanwhile: the next opening tries again.
  }
}

/** Before signing out: the server is told, if it can be reached soon. The last user of a phone takes the browser's address along. */
export async function endTelling(lastUser: boolean): Promise<void> {
  if (current.open?.profile.told === undefined) return;
  const wait = new Promise((resolve) => setTimeout(resolve, SIGN_OUT_WAIT_MS));
  await Promise.race([turnOff(), wait]);
  if (!lastUser) return;
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}
