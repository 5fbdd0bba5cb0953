import { expect, it } from 'vitest';
import { match } from './router.svelte';

const id = 'abcdefghij12345';

it.each([
  ['/', 'home', ''],
  ['/record/new', 'edit', ''],
  [`/record/${id}`, 'view', id],
  [`/record/${id}/edit`, 'edit', id],
  ['/queue', 'queue', ''],
  [`/review/${id}`, 'review', id],
  ['/record/Nia', 'not_found', ''],
  ['/elsewhere', 'not_found', ''],
])('%s shows %s', (path, screen, wantId) => {
  expect(match(path)).toEqual({ screen, id: wantId });
});
