import type { DeviceRow, Lang, Outcome } from '../casework/types';
import * as account from '../exchange/account';
import { contents } from './contents.svelte';
import { caller, current, failed, openVault, server, whenOpen } from './current';
import { keepProfile } from './entry';
import { session } from './session.svelte';
import { syncNow } from './sync.svelte';

const SHORTEST_S = 60;
const LONGEST_S = 300;

class Settings {
  idleLockS = $state(120);
  storage = $state.raw({ usedBytes: 0, quotaBytes: 0, persisted: false });
  readonly devices = $derived([...contents.of('devices')].map((row): DeviceRow => ({
    id: row.i,
    name: typeof row.d['name'] === 'string' ? row.d['name'] : '',
    enrolled_at_ms: typeof row.d['enrolled_at_ms'] === 'number' ? row.d['enrolled_at_ms'] : 0,
    revoked: row.d['revoked'] === true,
    here: row.i === session.device?.id,
  })));
}

/** What a person may set, and what they may want to look up. */
export const settings = new Settings();

/** Reads the settings of the open user and measures the storage. */
async function loadSettings(): Promise<void> {
  settings.idleLockS = current.open?.profile.idleLockS ?? 120;
  const { navigator } = globalThis as { navigator?: { storage?: StorageManager } };
  const storage = navigator?.storage;
  if (storage === undefined) return;
  const [{ usage, quota }, persisted] = await Promise.all([storage.estimate(), storage.persisted()]);
  settings.storage = { usedBytes: usage ?? 0, quotaBytes: quota ?? 0, persisted };
}

whenOpen(() => void loadSettings());

/** Sets after how many seconds without touch the app locks: one to five minutes. */
export async function setIdleLock(seconds: number): Promise<void> {
  settings.idleLockS = Math.min(LONGEST_S, Math.max(SHORTEST_S, Math.round(seconds)));
  await keepProfile({ ...openVault().profile, idleLockS: settings.idleLockS });
}

/** Revokes one of the user's own devices: it is told to erase what it can read. */
export async function revokeDevice(id: string): Promise<Outcome> {
  try {
    const token = await account.revokeDevice(server(), await caller(), id);
    if (token !== '') await keepProfile({ ...openVault().profile, token });
    await syncNow();
    return { ok: true };
  } catch (error) {
    return failed(error);
  }
}

/** Tells the server the user's language; without signal nothing is lost by not telling it. */
export async function setLocale(locale: Lang): Promise<void> {
  if (current.open === null) return;
  await account.setLocale(server(), await caller(), locale).catch(() => undefined);
}
