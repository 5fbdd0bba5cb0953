import { expect, it } from 'vitest';
import { argsOf, missing, startOf, type Ask } from './asks';

const asks: Ask[] = [
  { name: 'recipient', kind: 'line', label: 'To whom', value: 'Home Office', needed: 'Say to whom.' },
  { name: 'sent_at', kind: 'moment', label: 'When', needed: 'Say when.' },
  { name: 'external_ref', kind: 'line', label: 'Number' },
  { name: 'awaiting_number', kind: 'tick', label: 'Awaited' },
];

it('starts with what is known and asks for what is needed', () => {
  const filled = startOf(asks);
  expect(filled).toEqual({ recipient: 'Home Office', sent_at: '', external_ref: '', awaiting_number: false });
  expect(missing(asks, filled).map(({ name }) => name)).toEqual(['sent_at']);
});

it('gives texts trimmed, moments in UTC and nothing that was left empty', () => {
  const args = argsOf(asks, { recipient: ' SCA ', sent_at: '2026-11-26T09:00', external_ref: '  ', awaiting_number: true });
  expect(args).toEqual({ recipient: 'SCA', sent_at: new Date('2026-11-26T09:00').toISOString(), awaiting_number: true });
});

it('takes an unreadable moment for none', () => {
  expect(missing(asks, { ...startOf(asks), sent_at: 'soon' }).map(({ name }) => name)).toEqual(['sent_at']);
});
