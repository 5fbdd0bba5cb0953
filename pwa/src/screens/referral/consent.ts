import type { Referral } from '../../lib/casework/referral';
import { isEnded } from './ended';

/** Whether the person's word still counts, so that it can be taken back. A child's consent is not asked for, and a note about a place is nobody's to agree to. */
export const takesBack = (of: Pick<Referral, 'child' | 'type' | 'consent_withdrawn'> & { state?: string }): boolean =>
  of.child !== true && of.type !== 'intel' && of.type !== 'intel_gain' && of.consent_withdrawn !== true && !isEnded(of.state);
