/** What the newest version of a record changed, for whoever reviews it. */
import { changesOf } from '../casework/changes';
import { flat } from '../casework/referral';
import type { Change } from '../casework/types';
import { contents } from './contents.svelte';

/** What the newest version of an encounter changed. */
export function changesSinceLastVersion(id: string): Change[] {
  return changesOf(id, [...contents.of('versions')]);
}

/** What the newest version of a referral changed. */
export function referralChanges(id: string): Change[] {
  return changesOf(id, [...contents.of('versions')], { storeOf: (field) => field.split('.')[0], fields: flat });
}
