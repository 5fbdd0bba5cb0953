import type { DemoSignIn, Outcome } from '../casework/types';
import type { KeptProfile } from './current';

const MOST_TRIES = 10;

/** Who uses the phone now, and how far they are let in. */
class Session {
  phase = $state<'boot' | 'sign_in' | 'enrol' | 'locked' | 'open'>('boot');
  profiles = $state.raw<{ slot: string; initials: string }[]>([]);
  slot = $state('');
  triesLeft = $state(MOST_TRIES);
  waitUntilMs = $state(0);
  wiped = $state(false);
  unsent = $state(0);
  user = $state.raw<KeptProfile['user']>(null);
  device = $state.raw<{ id: string; name: string } | null>(null);
  demo = $state(false);
  needsSignIn = $state(false);
  leaseEnded = $state(false);
  /** This phone was set up once, and the browser has thrown its store away. */
  storeLost = $state(false);
}

export const session = new Session();

// The acts themselves come after the first paint: the lock screen must not wait for storage, crypto and network code.
const entry = () => import('./entry');

/** Finds out who is enrolled on this phone and shows the lock screen, or the sign-in on a new phone. */
export async function boot(): Promise<void> {
  return (await entry()).boot();
}

/** Chooses whose lock screen is shown. */
export function chooseProfile(slot: string): void {
  void entry().then((acts) => acts.chooseProfile(slot));
}

/** Goes to the sign-in for someone new on this phone, or after a wipe. */
export function addProfile(): void {
  session.phase = 'sign_in';
}

/** Signs in with the account's password. While the app is open, this only renews a sign-in that ran out. */
export async function signIn(email: string, password: string): Promise<Outcome> {
  return (await entry()).signIn(email, password);
}

/** Sets the phone up for the user who has just signed in: keyring, device, the server's key. Needs signal once. */
export async function enrol(passphrase: string, deviceName: string, initials: string): Promise<Outcome> {
  return (await entry()).enrol(passphrase, deviceName, initials);
}

/** Tries a passphrase. */
export async function unlock(passphrase: string): Promise<Outcome> {
  return (await entry()).unlock(passphrase);
}

/** Saves what is open, drops the keys in every tab, and starts the page anew. */
export function lock(): void {
  void entry().then((acts) => acts.lock());
}

/** Locks for a quick exit. What is shown instead is the screens' part: a neutral page that survives the reload. */
export const hide = lock;

/** Ends this user's stay on the phone. What was sealed and not handed in stays, and still goes in. */
export async function signOut(): Promise<{ kept: number }> {
  return (await entry()).signOut();
}

/** One sign-in per role of a demo server; empty anywhere else or offline. */
export async function demoSignIns(): Promise<DemoSignIn[]> {
  return (await entry()).demoSignIns();
}
