import type { Encounter } from '../../lib/casework/types';

// The server refuses a whole record for one answer of the wrong shape, so the phone asks first.
const shapes: [keyof Encounter, RegExp][] = [
  ['codename', /^[\p{L}0-9][\p{L}0-9 '’-]{0,39}$/u],
  ['phone', /^[0-9+() .-]+$/],
  ['email', /^[^\s@]+@[^\s@]+$/],
];

/** The answers whose shape the server would refuse. An empty answer is fine. */
export function misshapen(record: Encounter): { field: string; key: string }[] {
  return shapes
    .filter(([field, shape]) => typeof record[field] === 'string' && record[field] !== '' && !shape.test(record[field]))
    .map(([field]) => ({ field, key: 'error.check_answer' }));
}
