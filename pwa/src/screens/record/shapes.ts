import { isCodename } from '../../lib/casework/codename';
import type { Encounter } from '../../lib/casework/types';

// The server refuses a whole record for one answer of the wrong shape, so the phone asks first.
const shapes: [keyof Encounter, (answer: string) => boolean][] = [
  ['codename', isCodename],
  ['phone', (answer) => /^[0-9+() .-]+$/.test(answer)],
  ['email', (answer) => /^[^\s@]+@[^\s@]+$/.test(answer)],
];

/** The answers whose shape the server would refuse. An empty answer is fine. */
export function misshapen(record: Encounter): { field: string; key: string }[] {
  return shapes
    .filter(([field, shape]) => typeof record[field] === 'string' && record[field] !== '' && !shape(record[field]))
    .map(([field]) => ({ field, key: 'error.check_answer' }));
}
