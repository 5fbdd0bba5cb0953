import type { Pack } from '../../../lib/casework/referral';
import { catalogue } from '../../../lib/state/catalogue.svelte';
import { known, lang, name } from '../../../lib/words/words.svelte';
import { agencyName } from '../../record/options';

/** Where a referral stands, in the words of those who received it. */
export const standing = (state: string | undefined): string => (known(`received_state.${state ?? ''}`) ? name('received_state', state) : name('state', state));

/** Who sent it, in the language of the screen; as it was frozen when that agency is not known here. */
export function fromOf(pack: Pack): string {
  const agency = catalogue.agencies.find((one) => one.id === pack.agency);
  return agency ? agencyName(agency, lang.current) : (pack.from_name ?? '');
}
