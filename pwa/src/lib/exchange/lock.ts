/** Another tab is exchanging at this moment. */
export class OtherTab extends Error {
  override name = 'OtherTab';
}

/**
 * Runs one piece of work in one tab at a time, where the browser can say so.
 * The lock only saves work: what keeps two tabs from harm is that rows and cursor are compared and written together.
 */
export async function inOneTab(work: () => Promise<void>): Promise<void> {
  const { navigator } = globalThis as { navigator?: { locks?: LockManager } };
  const locks = navigator?.locks;
  if (locks === undefined) return work();
  await locks.request('noddfa-sync', { ifAvailable: true }, async (lock) => {
    if (lock === null) throw new OtherTab('another tab holds the lock');
    await work();
  });
}
