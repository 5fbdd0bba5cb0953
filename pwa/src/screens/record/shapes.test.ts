import { expect, it } from 'vitest';
import { misshapen } from './shapes';

const record = { id: 'r', rev: 0 };

it('accepts what the server accepts', () => {
  expect(misshapen({ ...record, codename: "gïach 12", phone: '+44 (0)7700 900123', email: 'a@example.org' })).toEqual([]);
  expect(misshapen({ ...record, phone: '', email: undefined })).toEqual([]);
});

it('has no room for a name in what stands in clear', () => {
  for (const codename of ['Nia Jones', 'robin Jones 7', 'robin 20080229']) expect(misshapen({ ...record, codename })).toHaveLength(1);
});

it('asks to check what the server would refuse', () => {
  expect(misshapen({ ...record, codename: '<b>', phone: 'ring Nia', email: 'at home' }).map((p) => p.field)).toEqual(['codename', 'phone', 'email']);
});
