/** Boot, sign-in, enrolment, lock and wipe: everything behind session.svelte.ts, loaded after the first paint. */
import type { HelloAnswer, SyncMeta } from '../casework/sync';
import type { DemoSignIn, Outcome } from '../casework/types';
import * as account from '../exchange/account';
import { Exchange } from '../exchange/exchange';
import { backOffMs, MOST_TRIES } from '../vault/keyring';
import { Profiles } from '../vault/profiles';
import { Vault } from '../vault/vault';
import { watchForIdle } from './autolock';
import { hangUp, listen, tell, type Message } from './channel';
import { clearContents, contents, loadAll, loadRows, loadWork } from './contents.svelte';
import { current, failed, opened, server, type KeptProfile } from './current';
import { editing } from './editing.svelte';
import { handInLocked, stopHandIn } from './locked';
import { parts } from './parts';
import { session } from './session.svelte';
import { startSync, stopSync, sync, syncNow, type Session as SyncSession } from './sync.svelte';

const DAY_MS = 86_400_000;
const FLUSH_MS = 5_000;

let profiles: Profiles | null = null;
let vault: Vault | null = null;
let signedIn: account.SignedIn | null = null;
let unwatch: (() => void) | null = null;

const vaultParts = () => ({ kdf: parts.kdf, now: parts.now });

/** Finds out who is enrolled on this phone and shows the lock screen, or the sign-in on a new phone. */
export async function boot(): Promise<void> {
  profiles ??= await Profiles.open();
  listen(hear);
  const all = (await profiles.all()).filter((profile) => !profile.signedOut);
  session.profiles = all.map(({ slot, initials }) => ({ slot, initials }));
  const last = await profiles.last();
  const slot = all.find((profile) => profile.slot === last)?.slot ?? all[0]?.slot ?? '';
  session.storeLost = await profiles.lost();
  if (slot === '') session.phase = 'sign_in';
  else await useSlot(slot);
  startLockedHandIn();
}

async function useSlot(slot: string): Promise<void> {
  vault?.close();
  vault = await Vault.open(slot, vaultParts());
  session.slot = slot;
  await readLock(vault);
  session.phase = 'locked';
}

async function readLock(of: Vault): Promise<void> {
  const [meta, tries, unsent] = await Promise.all([of.meta(), of.tries(), of.waiting()]);
  session.wiped = meta?.wiped === true;
  session.triesLeft = MOST_TRIES - (tries?.tries ?? 0);
  session.waitUntilMs = Math.min(tries?.untilMs ?? 0, parts.now() + backOffMs(tries?.tries ?? 0));
  session.unsent = unsent;
  sync.waiting = unsent;
}

/** Hands in what any user of this phone has sealed, but for the one who is let in. */
function startLockedHandIn(): void {
  const slots = async (): Promise<string[]> => (await profiles?.all() ?? []).map((profile) => profile.slot);
  handInLocked(slots, vaultParts(), async () => {
    if (vault !== null && current.open === null) await readLock(vault);
  });
}

/** Chooses whose lock screen is shown. */
export function chooseProfile(slot: string): void {
  void useSlot(slot);
}

/** Signs in with the account's password. While the app is open, this only renews a sign-in that ran out. */
export async function signIn(email: string, password: string): Promise<Outcome> {
  try {
    const answer = await account.signIn(server(), email.trim(), password);
    const open = current.open;
    if (open === null) {
      signedIn = answer;
      session.phase = 'enrol';
      return { ok: true };
    }
    if (answer.user !== contents.user) return { ok: false, key: 'error.other_user', field: 'email' };
    await keepProfile({ ...open.profile, token: answer.token });
    session.needsSignIn = false;
    void syncNow();
    return { ok: true };
  } catch (error) {
    return failed(error);
  }
}

/** Ten characters, or four words. */
const strong = (passphrase: string): boolean =>
  [...passphrase.trim()].length >= 10 || passphrase.trim().split(/\s+/).length >= 4;

/** Sets the phone up for the user who has just signed in: keyring, device, the server's key. */
export async function enrol(passphrase: string, deviceName: string, initials: string): Promise<Outcome> {
  if (signedIn === null || profiles === null) return { ok: false, key: 'error.sign_in' };
  if (!strong(passphrase)) return { ok: false, key: 'error.passphrase_short', field: 'passphrase' };
  const short = [...initials.trim()].slice(0, 4).join('');
  const slot = await profiles.slotFor(signedIn.user, short);
  vault?.close();
  vault = await Vault.open(slot, vaultParts());
  const name = deviceName.trim().slice(0, 60);
  try {
    await vault.enrol(signedIn.user, passphrase);
    current.open = { vault, profile: { token: signedIn.token, deviceName: name, demo: false, idleLockS: 120, user: null } };
    await firstContact(vault, { token: signedIn.token, deviceName: name });
  } catch (error) {
    vault.lock();
    current.open = null;
    return failed(error);
  }
  signedIn = null;
  await vault.finishEnrolment();
  await profiles.finish(slot);
  await profiles.choose(slot);
  session.storeLost = false;
  session.profiles = (await profiles.all()).filter((one) => !one.signedOut).map((one) => ({ slot: one.slot, initials: one.initials }));
  session.slot = slot;
  await letIn(vault);
  parts.keepStorage();
  return { ok: true };
}

/** The first hello gives the key to seal to; without it nothing could be recorded. A revoked device becomes a new one. */
async function firstContact(of: Vault, credentials: { token: string; deviceName: string }): Promise<void> {
  const listener = { hello: heardHello, settled: () => undefined, rows: () => undefined, progress: () => undefined };
  const hello = () => new Exchange({ server: server(), work: of, listener, app: __APP_VERSION__, now: parts.now }).greet(credentials);
  if ((await hello()) !== 'wipe') return;
  await of.becomeNewDevice();
  await hello();
}

/** Tries a passphrase. */
export async function unlock(passphrase: string): Promise<Outcome> {
  if (vault === null) return { ok: false, key: 'error.internal' };
  const result = await vault.unlock(passphrase);
  await readLock(vault);
  if (result.kind === 'wait') return { ok: false, key: 'error.wait', field: 'passphrase' };
  if (result.kind === 'spent' || result.kind === 'none') return { ok: false, key: 'lock.wiped' };
  if (result.kind === 'wrong') return { ok: false, key: 'error.passphrase_wrong', field: 'passphrase' };
  const profile = (await vault.profile()) as KeptProfile | undefined;
  if (profile === undefined) return { ok: false, key: 'error.internal' };
  current.open = { vault, profile };
  await profiles?.choose(vault.slot);
  await letIn(vault);
  return { ok: true };
}

async function letIn(of: Vault): Promise<void> {
  const open = current.open;
  const meta = await of.meta();
  if (open === null || meta === undefined) throw new Error('the vault is not open');
  session.user = open.profile.user;
  session.demo = open.profile.demo;
  session.device = { id: meta.device, name: open.profile.deviceName };
  session.leaseEnded = leaseOver(meta);
  Object.assign(sync, { lastContactMs: meta.lastContactMs, ready: meta.complete });
  await loadAll(of, !session.leaseEnded);
  if (sync.ready && !session.leaseEnded) void of.dropWords((name) => knows(name.slice(0, name.indexOf('/')))).catch(() => undefined);
  session.phase = 'open';
  opened();
  if (typeof document !== 'undefined') {
    unwatch = watchForIdle({ now: parts.now, idleMs: () => (current.open?.profile.idleLockS ?? 120) * 1000, lock });
  }
  startSync(of, syncSession(of));
}

/** Whether this person sees a record, or has made it. */
const knows = (id: string): boolean =>
  ['referrals', 'encounters', 'packs'].some((coll) => contents.row(coll, id) !== undefined) || contents.overlays.some((one) => one.subject === id);

const leaseOver = (meta: SyncMeta): boolean => parts.now() - meta.lastContactMs > meta.leaseDays * DAY_MS;

/** Closes reading when the lease ends while the app is open. Writing and handing in go on. */
async function watchLease(of: Vault): Promise<void> {
  const meta = await of.meta();
  if (session.phase !== 'open' || session.leaseEnded || meta === undefined || !leaseOver(meta)) return;
  session.leaseEnded = true;
  await loadAll(of, false);
}

const syncSession = (of: Vault): SyncSession => ({
  credentials: () => (current.open === null ? null : { token: current.open.profile.token, deviceName: current.open.profile.deviceName }),
  hello: heardHello,
  wipe: () => wipedByServer(of),
  signInNeeded: () => void (session.needsSignIn = true),
  mayRead: () => !session.leaseEnded,
  silence: () => watchLease(of),
  contact: () => {
    session.needsSignIn = false;
    if (!session.leaseEnded) return;
    session.leaseEnded = false;
    void loadAll(of, true);
  },
});

async function heardHello(answer: HelloAnswer): Promise<void> {
  const open = current.open;
  if (open === null) return;
  session.user = answer.user;
  session.demo = answer.demo;
  session.device = { id: answer.device.id, name: answer.device.name || open.profile.deviceName };
  await keepProfile({ ...open.profile, user: answer.user, demo: answer.demo });
}

/** Keeps what changed about the sign-in, under the data key. */
export async function keepProfile(profile: KeptProfile): Promise<void> {
  if (current.open === null) return;
  current.open = { ...current.open, profile };
  await current.open.vault.saveProfile(profile);
}

async function wipedByServer(of: Vault): Promise<void> {
  stopSync();
  await of.wipe();
  tell({ kind: 'lock' });
  shut();
  parts.reload();
}

/** Drops the keys and everything decrypted. No lock screen shows before the page has started anew: it would lose what is typed into it. */
function shut(): void {
  stopSync();
  unwatch?.();
  unwatch = null;
  current.open = null;
  vault?.lock();
  editing.clear();
  clearContents();
  session.user = null;
  session.phase = 'boot';
}

let leaving = false;

async function leave(): Promise<void> {
  if (leaving) return;
  leaving = true;
  session.phase = 'boot';
  // What is typed must be sealed before the key goes, but a stuck disk may not keep the app open.
  await Promise.race([editing.flush(), new Promise((resolve) => setTimeout(resolve, FLUSH_MS))]);
  shut();
  tell({ kind: 'lock' });
  leaving = false;
  parts.reload();
}

/** Saves what is open, drops the keys in every tab, and starts the page anew. */
export function lock(): void {
  if (session.phase === 'open') void leave();
}

/** Ends this user's stay on the phone. What was sealed and not handed in stays, and still goes in. */
export async function signOut(): Promise<{ kept: number }> {
  const leavingVault = vault;
  if (leavingVault === null) return { kept: 0 };
  await editing.flush();
  await (await import('./telling.svelte')).endTelling(session.profiles.length <= 1).catch(() => undefined);
  const kept = (await leavingVault.waiting()) + (await leavingVault.draftsToSend());
  shut();
  await leavingVault.wipe();
  await profiles?.signOut(leavingVault.slot);
  tell({ kind: 'lock' });
  leavingVault.close();
  vault = null;
  await boot();
  return { kept };
}

/** One sign-in per role of a demo server; empty anywhere else or offline. */
export async function demoSignIns(): Promise<DemoSignIn[]> {
  try {
    const people = await account.demoSignIns(server());
    if (people.length > 0) session.demo = true;
    return people;
  } catch {
    return [];
  }
}

function hear(message: Message): void {
  const open = current.open;
  if (message.kind === 'lock') {
    if (open !== null) void leave();
  } else if (open !== null && message.slot === open.vault.slot) {
    void (message.kind === 'rows' && !session.leaseEnded ? loadRows(open.vault, message.names) : loadWork(open.vault));
  }
}

/** Lets go of the databases and the channel; for tests, where one process opens the app more than once. */
export function shutDown(): void {
  shut();
  stopHandIn();
  hangUp();
  vault?.close();
  vault = null;
  profiles?.close();
  profiles = null;
}
