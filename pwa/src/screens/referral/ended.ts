const ended = ['closed', 'withdrawn', 'withdrawn_external', 'superseded', 'rejected'];

/** Whether a referral has come to its end: nothing more leaves, and there is nothing to take back. */
export const isEnded = (state: string | undefined): boolean => ended.includes(state ?? 'draft');
