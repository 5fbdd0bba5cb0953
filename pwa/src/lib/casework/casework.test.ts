import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url, paddedJson, text } from './bytes';
import { newId } from './ids';
import { canonical, changesNothing, difference, overlay, same, type Fields } from './operations';
import { problemsOf } from './problems';
import { changesOf } from './changes';
import type { Verdict } from './sync';
import { byUrgency, itemOf, syncOf, viewOf, type PendingOp } from './view';

const record = fc.record({
  narrative: fc.string(), risk: fc.constantFrom('low', 'high'), danger: fc.boolean(), place: fc.record({ text: fc.string() }, { requiredKeys: [] }),
  indicators: fc.uniqueArray(fc.constantFrom('GEN-01:seen', 'GEN-02:found', 'LAB-01:person')), exploitation: fc.uniqueArray(fc.constantFrom('labour', 'sexual')),
}, { requiredKeys: [] });
const operation = { v: 1, user: 'u', kind: 'patch', coll: 'encounters', rec: 'r', base_rev: 1, at_ms: 1, tz: 'UTC' } as const;

describe('operations', () => {
  it('carry a record from what its author saw to what they left', () => {
    fc.assert(fc.property(record, record, (was, now) => {
      const next = overlay(was, { ...operation, ...difference('encounters', was, now) });
      for (const name of Object.keys({ ...was, ...now })) {
        const asSet = (value: unknown): unknown => (Array.isArray(value) ? [...(value as string[])].sort() : value);
        expect(same(asSet(next[name]), asSet((now as Fields)[name]))).toBe(true);
      }
    }));
  });

  it('say nothing about fields that mean the same', () => {
    fc.assert(fc.property(record, (one) => changesNothing(difference('encounters', one, structuredClone(one)))));
    expect(changesNothing(difference('encounters', { narrative: '', place: {} }, {}))).toBe(true);
  });

  it('carry the value that the author saw, and null for what was emptied', () => {
    expect(difference('encounters', { narrative: 'old', risk: 'low' }, { narrative: 'new' })).toEqual({
      set: { narrative: 'new', risk: null }, prev: { narrative: 'old', risk: 'low' }, add: {}, del: {},
    });
  });

  it('never carry what only the server sets', () => {
    expect(difference('encounters', {}, { state: 'approved', author: 'x', id: 'y' }).set).toEqual({});
  });
});

it('canonical JSON does not depend on the order of keys', () => expect(canonical({ b: [1, { d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[1,{"c":2,"d":1}]}'));

it('base64url and padding keep every byte', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    expect(Array.from(fromBase64url(toBase64url(bytes)))).toEqual(Array.from(bytes));
  }));
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    expect(JSON.parse(text(paddedJson(value)))).toEqual(JSON.parse(JSON.stringify(value)));
  }));
});

it('ids are 15 of 36 letters, and throw away what would favour some', () => {
  expect(newId()).toMatch(/^[a-z0-9]{15}$/);
  // Bytes from 252 up would come back to the first letters once more than the others.
  let next = 248;
  expect(newId((bytes) => bytes.map(() => next++ % 256))).toBe('6789abcdefghijk');
});

describe('a record before hand-in', () => {
  it.each([
    ['nothing noticed or written', {}, ['narrative']],
    ['a tick alone', { indicators: ['GEN-01:seen'] }, []],
    ['a danger without an answer', { narrative: 'x', danger: true }, ['danger_answers']],
    ['a danger answered', { narrative: 'x', danger: true, danger_answers: { called_999: 'yes' } }, []],
    ['a text too long', { narrative: 'x'.repeat(15_001) }, ['narrative']],
  ])('%s', (_name, fields, want) => expect(problemsOf({ id: 'r', rev: 0, ...fields }).map((one) => one.field)).toEqual(want));
});

describe('the view', () => {
  const pending = (kind: 'create' | 'cmd', v?: Verdict['v'], rev = 0): PendingOp => ({
    op_id: 'o', subject: 'r', op: { ...operation, kind, set: { narrative: 'mine' }, cmd: { name: 'submit', args: {} } },
    ...(v === undefined ? {} : { verdict: { seq: 1, op_id: 'o', v, commit: rev, rev } }),
  });

  it.each([
    ['waits', pending('create'), undefined, 0, 'mine'],
    ['was taken and is not in the row yet', pending('cmd', 'ok', 5), { narrative: 'row' }, 4, 'mine'],
    ['is in the row', pending('cmd', 'ok', 5), { narrative: 'row' }, 5, 'row'],
    ['was refused', pending('cmd', 'rejected', 5), { narrative: 'row' }, 4, 'row'],
  ])('of a record whose operation %s', (_name, one, row, rev, want) => expect(viewOf('r', row, rev, [one])?.narrative).toBe(want));

  it('says where the newest work is, the most urgent first', () => {
    const facts = { rev: 5, durable: 0, waiting: false, refused: false, attention: false, draft: false };
    const told = [facts, { ...facts, durable: 5 }, { ...facts, waiting: true }, { ...facts, draft: true, waiting: true }, { ...facts, draft: true, attention: true }];
    expect(told.map(syncOf)).toEqual(['handed_in', 'safe', 'waiting', 'on_this_phone', 'needs_you']);
  });

  it('orders the queue by danger, then child, then age', () => {
    const item = (id: string, more: object) => itemOf({ id, rev: 1, ...more }, 'handed_in', 'u');
    const queue = [item('new', { made_at_ms: 9 }), item('old', { made_at_ms: 1 }), item('child', { age_status: 'not_sure', made_at_ms: 5 }), item('danger', { danger: true, made_at_ms: 7 })];
    expect(queue.sort(byUrgency).map((one) => one.id)).toEqual(['danger', 'child', 'old', 'new']);
  });
});

it('shows what the newest version changed, and hides names and contacts', () => {
  const version = (number: number, changed: string[], was: Fields) => ({ c: 'versions', i: String(number), r: number, v: [], g: 1, d: { encounter: 'r', number, changed, was } });
  expect(changesOf('r', [version(1, [], { narrative: 'a', risk: 'low' }), version(2, ['narrative', 'name'], { narrative: 'b', risk: 'low' })])).toEqual([
    { field: 'narrative', was: 'a', now: 'b', hidden: false },
    { field: 'name', was: undefined, now: undefined, hidden: true },
  ]);
});
