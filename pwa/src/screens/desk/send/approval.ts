import { roleIn, types, type Actor, type Disclosure, type Referral, type ReferralType } from '../../../lib/casework/referral';

/** How many people have to approve a disclosure: two before anything goes to immigration control. */
export const approvalsNeeded = (one: Pick<Disclosure, 'to_kind'>): number => (one.to_kind === 'immigration' ? 2 : 1);

/** Whether a person may approve: a reviewer or safeguarding lead who neither wrote it nor has approved it already. */
export function mayApprove(one: Disclosure, referral: Referral, user: Actor): boolean {
  if (one.state === 'approved' || one.author === user.id || one.approvals?.some((approval) => approval.id === user.id)) return false;
  return referral.author !== user.id && roleIn(referral, user).some((role) => role === 'reviewer' || role === 'safeguarding_lead');
}

/** Whether what a disclosure says lets the referral be sent: a ground to tell one kind of body is none to tell another. */
export const letsSend = (one: Disclosure, type: ReferralType | undefined): boolean => type !== undefined && (one.to_kind === 'immigration' || types[type].bodies.includes(one.to_kind));

const forms: Partial<Record<ReferralType, string>> = {
  nrm: 'pack', dtn: 'pack', ictg: 'pack',
  safeguarding_child: 'in_app', safeguarding_adult: 'in_app', victim_support: 'in_app', marac: 'in_app', intel: 'in_app', intel_gain: 'in_app', handover: 'in_app',
  msvcc_emergency: 'phone', helpline: 'phone',
};

/** What a disclosure of a type usually is; the ground is never suggested, because a person has to think of it. */
export const usual = (type: ReferralType | undefined): { what: string; to_kind: string } => ({ what: (type && forms[type]) ?? '', to_kind: (type && types[type].bodies[0]) ?? '' });
