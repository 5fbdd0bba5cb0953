import { expect, it } from 'vitest';
import { match } from './router.svelte';

const id = 'abcdefghij12345';

it.each([
  ['/', 'home', ''],
  ['/record/new', 'edit', ''],
  [`/record/${id}`, 'view', id],
  [`/record/${id}/edit`, 'edit', id],
  ['/queue', 'queue', ''],
  ['/referral/new', 'refer', ''],
  [`/referral/new/${id}`, 'refer', id],
  [`/referral/${id}`, 'referral', id],
  [`/referral/${id}/edit`, 'refer_edit', id],
  [`/refer-review/${id}`, 'refer_review', id],
  ['/send', 'send', ''],
  [`/send/${id}`, 'send_one', id],
  [`/received/${id}`, 'received_one', id],
  [`/notice/${id}`, 'notice', id],
  ['/what-next', 'what_next', ''],
  ['/what-next/Nia', 'not_found', ''],
  [`/review/${id}`, 'review', id],
  ['/record/Nia', 'not_found', ''],
  ['/elsewhere', 'not_found', ''],
])('%s shows %s', (path, screen, wantId) => {
  expect(match(path)).toEqual({ screen, id: wantId });
});
