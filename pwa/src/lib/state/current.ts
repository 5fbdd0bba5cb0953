import { Server } from '../exchange/http';
import type { Outcome } from '../casework/types';
import { NoAnswer, Refused } from '../exchange/http';
import { DraftEnded } from '../vault/outbox';
import type { Vault } from '../vault/vault';
import { parts } from './parts';

/** What the vault keeps about the sign-in, under the data key. */
export interface KeptProfile {
  token: string;
  deviceName: string;
  demo: boolean;
  idleLockS: number;
  /** Where the server was last told that this device is reached; absent while notifications are off. */
  told?: { endpoint: string; device: string };
  user: { id: string; name: string; email?: string; roles: string[]; agency: string; agency_name: { en: string; cy: string } } | null;
}

/** The open vault and its profile; null while locked. */
export const current: { open: { vault: Vault; profile: KeptProfile } | null } = { open: null };

const openers = new Set<() => void>();

/** Calls `act` each time the app is opened, and at once when it is open already. */
export function whenOpen(act: () => void): void {
  openers.add(act);
  if (current.open !== null) act();
}

/** Says that the app has been opened. */
export const opened = (): void => openers.forEach((act) => act());

/** The server, as the parts in use reach it. */
export const server = (): Server => new Server(parts.fetch, parts.base);

/** The open vault; throws while locked, which no screen can reach. */
export function openVault(): { vault: Vault; profile: KeptProfile } {
  if (current.open === null) throw new Error('the app is locked');
  return current.open;
}

/** Who asks, for the small requests beside the exchange. */
export async function caller(): Promise<{ token: string; device: string }> {
  const { vault, profile } = openVault();
  return { token: profile.token, device: (await vault.meta())?.device ?? '' };
}

/** Which words tell a person what went wrong. */
export function wordFor(error: unknown): string {
  if (error instanceof Refused) return error.key === '' ? 'error.internal' : error.key;
  if (error instanceof NoAnswer) return error.foreign ? 'error.portal' : 'error.offline';
  if (error instanceof DraftEnded) return 'error.draft_ended';
  if (error instanceof DOMException && error.name === 'QuotaExceededError') return 'error.storage';
  return 'error.internal';
}

/** A refusal as an outcome. */
export const failed = (error: unknown): Outcome => ({ ok: false, key: wordFor(error) });
