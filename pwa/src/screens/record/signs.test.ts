import { expect, it } from 'vitest';
import type { Indicator } from '../../lib/casework/types';
import { basisOf, offered, onlyWeak, search } from './signs';

const sign = (code: string, over: Partial<Indicator> = {}): Indicator => ({
  id: code, code, category: code.slice(0, 3), en: 'Locked in', cy: 'Dan glo yn y tŷ', strength: 'strong', immediate_danger: false, core: true, retired: false, sort: 0, ...over,
});

it('reads ticks', () => {
  expect([...basisOf(['GEN-01:seen', 'CRI-02:said_by_person'])]).toEqual([['GEN-01', 'seen'], ['CRI-02', 'said_by_person']]);
  expect(basisOf(undefined).size).toBe(0);
});

it('finds signs in both languages, whatever the accents', () => {
  const signs = [sign('A-1'), sign('A-2', { en: 'Afraid', cy: 'Ofnus' })];
  expect(['TY', 'tŷ dan', 'afraid', 'ofn', 'zebra', ' '].map((q) => search(signs, q).map((i) => i.code))).toEqual([['A-1'], ['A-1'], ['A-2'], ['A-2'], [], []]);
});

it('puts signs first in which the words begin a word', () => {
  const signs = [sign('A-1', { en: 'Contact is blocked', cy: 'x' }), sign('A-2')];
  expect(search(signs, 'locked').map((i) => i.code)).toEqual(['A-2', 'A-1']);
});

it('offers signs about children unless the person is an adult, and never a retired one, but keeps what is ticked', () => {
  const signs = [sign('G-1'), sign('C-1', { applies_to: 'child' }), sign('R-1', { retired: true })];
  const codes = (adult: boolean, ticks: string[]) => offered(signs, adult, basisOf(ticks)).map((i) => i.code);
  expect(codes(false, [])).toEqual(['G-1', 'C-1']);
  expect(codes(true, [])).toEqual(['G-1']);
  expect(codes(true, ['C-1:seen', 'R-1:seen'])).toEqual(['G-1', 'C-1', 'R-1']);
});

it('notes weak signs only while nothing else is ticked', () => {
  const signs = [sign('W-1', { strength: 'weak' }), sign('S-1')];
  expect([[], ['W-1:seen'], ['W-1:seen', 'S-1:seen']].map((ticks) => onlyWeak(signs, basisOf(ticks)))).toEqual([false, true, false]);
});
