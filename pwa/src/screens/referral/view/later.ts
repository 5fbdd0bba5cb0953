import { types, type ReferralItem } from '../../../lib/casework/referral';
import { isEnded } from '../ended';

/** The referral in which its author goes on from one that was sent before review: of the same person on the same form, begun later, not ended. */
export function laterOf(sent: ReferralItem, mine: readonly ReferralItem[]): ReferralItem | undefined {
  // One form serves the referral that names somebody and the notification that may not.
  const same = ({ type, codename, encounter = '' }: ReferralItem['referral']) => [type && types[type].form, codename, encounter].join(' ');
  return mine.find((one) => one.id !== sent.id && same(one.referral) === same(sent.referral) && one.made_at_ms >= sent.made_at_ms && !one.referral.urgent && !isEnded(one.state));
}
