import { expect, it } from 'vitest';
import { compare, fold } from './order';

it('folds accents and case', () => {
  expect(fold('TŶ Gŵyl Bêl')).toBe('ty gwyl bel');
});

it('sorts Welsh by the Welsh alphabet', () => {
  const words = ['lloches', 'lori', 'cyfle', 'chwarae', 'dŵr', 'ddoe', 'rhiant', 'risg', 'thema', 'tŷ', 'Âr', 'angen', 'agor', 'ffôn', 'fory', 'phil', 'pont'];
  expect([...words].sort((a, b) => compare('cy', a, b))).toEqual([
    'agor', 'angen', 'Âr', 'cyfle', 'chwarae', 'dŵr', 'ddoe', 'fory', 'ffôn', 'lori', 'lloches', 'pont', 'phil', 'risg', 'rhiant', 'tŷ', 'thema',
  ]);
});

it('sorts English as English does', () => {
  expect(['lori', 'lloches', 'Zebra', 'ant'].sort((a, b) => compare('en', a, b))).toEqual(['ant', 'lloches', 'lori', 'Zebra']);
});
