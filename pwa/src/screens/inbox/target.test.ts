import { expect, it } from 'vitest';
import { targetOf } from './target';

const rec = 'rec000000000001';
const notice = (kind: string, of_coll: string) => ({ id: 'note00000000001', rev: 1, kind, of_coll, of_rec: rec, at_ms: 1, state: 'unread' as const });

it.each([
  ['returned', 'encounters', true, ['field'], `/record/${rec}`],
  ['approved', 'encounters', true, ['supervisor'], `/record/${rec}`],
  ['new_work', 'encounters', false, ['supervisor'], `/review/${rec}`],
  ['danger', 'encounters', false, ['supervisor'], `/review/${rec}`],
  ['returned', 'referrals', true, ['field'], `/referral/${rec}`],
  ['task', 'referrals', true, ['field'], `/referral/${rec}`],
  ['new_work', 'referrals', false, ['supervisor'], `/refer-review/${rec}`],
  ['new_work', 'referrals', false, ['intel'], `/refer-review/${rec}`],
  ['danger', 'referrals', false, ['supervisor', 'spoc'], `/refer-review/${rec}`],
  ['to_send', 'referrals', false, ['spoc'], `/send/${rec}`],
  ['outcome', 'referrals', false, ['spoc'], `/send/${rec}`],
  ['task', 'referrals', false, ['spoc'], `/send/${rec}`],
  ['task', 'referrals', false, ['supervisor'], `/refer-review/${rec}`],
  ['received', 'packs', false, ['safeguarding_lead'], `/received/${rec}`],
  ['test', '', false, ['field'], '/inbox'],
  ['of_a_newer_server', 'meetings', false, ['field'], '/inbox'],
])('%s of %s, mine %s, leads %s to %s', (kind, coll, mine, roles, want) => {
  expect(targetOf(notice(kind, coll), { mine, roles })).toBe(want);
});
