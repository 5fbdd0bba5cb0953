import { roleIn, taskKinds, type Task } from '../../lib/casework/referral';
import { actor, referrals } from '../../lib/state/referrals.svelte';

/** Whether a task is for this person to do. Others who see it know that it is being waited for. */
export function isMine(task: Task): boolean {
  const referral = referrals.find(task.of_rec)?.referral;
  return task.of_coll === 'referrals' && referral !== undefined && roleIn(referral, actor()).some((role) => role === taskKinds[task.kind]?.for);
}

/** Where a task is worked on. */
export const deskOf = (task: Task): string => (taskKinds[task.kind]?.at === 'review' ? '/refer-review' : '/send');
