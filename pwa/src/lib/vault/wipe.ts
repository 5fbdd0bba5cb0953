import { everyWord, readMeta, STRICT } from './meta';
import type { VaultDb } from './schema';

/**
 * Erases everything that can be read with the passphrase: keyring, rows, readable copies, words not given yet, the sealed-away profile.
 * What is sealed to the server and not yet acknowledged stays, with the device key that can hand it in.
 */
export async function wipe(db: VaultDb): Promise<void> {
  const tx = db.transaction(['meta', 'keyring', 'rows', 'overlays', 'drafts'], 'readwrite', STRICT);
  await tx.objectStore('keyring').clear();
  await tx.objectStore('rows').clear();
  await tx.objectStore('overlays').clear();
  const drafts = tx.objectStore('drafts');
  for (const { box: _box, ...sealed } of await drafts.getAll()) await drafts.put(sealed);
  const meta = await readMeta(tx);
  await tx.objectStore('meta').delete('profile');
  await tx.objectStore('meta').delete(everyWord());
  await tx.objectStore('meta').put({ ...meta, cursor: '', complete: false, wiped: true }, 'sync');
  await tx.done;
}
