/** The privacy notice that this version of the app goes with, and the day it was written, `YYYY-MM-DD`. Change both with its text. */
export const privacyNotice = { version: '2026-11', date: '2026-11-23' };
