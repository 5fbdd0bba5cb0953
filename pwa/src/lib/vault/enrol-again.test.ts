import { beforeEach, expect, it } from 'vitest';
import { Clock, emptyDisk, enrolled, openTab, saveRecord } from '../testing/phone';

beforeEach(emptyDisk);

it('a forgotten passphrase loses no unsent work: the user sets the phone up again over the old key', async () => {
  const clock = new Clock();
  const before = await enrolled('slot', 'user00000000001', clock);
  await before.changeMeta({ pub: await before.publicPoint(), kid: 'k1', epoch: 'e1', cursor: 'c1' });
  await saveRecord(before, 'user00000000001');
  await before.saveDraft('rec000000000001', { base_rev: 0, value: { narrative: 'half' }, at_ms: 1 });
  before.close();

  const after = await openTab('slot', clock);
  await after.enrol('user00000000001', 'another four plain words');

  expect(await after.waiting()).toBe(1);
  expect(await after.draftsToSend()).toBe(1);
  // What the old key closed cannot be opened by anyone, so none of it stays, and the feed starts from the beginning.
  expect(await after.overlays()).toEqual([]);
  expect(await after.drafts()).toEqual(new Map());
  expect(await after.rows()).toEqual([]);
  expect((await after.meta())?.cursor).toBe('');
});
