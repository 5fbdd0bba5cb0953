import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differ } from './difference';

it('marks the words that changed', () => {
  expect(differ('She says she is afraid', 'She says she was not afraid')).toEqual({
    was: [{ text: 'She says she', own: false }, { text: ' is', own: true }, { text: ' afraid', own: false }],
    now: [{ text: 'She says she', own: false }, { text: ' was not', own: true }, { text: ' afraid', own: false }],
  });
});

it('marks nothing in equal texts and everything in strangers', () => {
  expect(differ('a b', 'a b').was).toEqual([{ text: 'a b', own: false }]);
  expect(differ('', 'new words')).toEqual({ was: [], now: [{ text: 'new words', own: true }] });
});

it('never loses or adds a character, and what is common is the same on both sides', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'tŷ', ' ', '\n', 'cd'), { maxLength: 40 }).map((t) => t.join(''));
  fc.assert(fc.property(text, text, (was, now) => {
    const sides = differ(was, now);
    const whole = (parts: { text: string }[]) => parts.map((p) => p.text).join('');
    const shared = (parts: { text: string; own: boolean }[]) => whole(parts.filter((p) => !p.own));
    expect([whole(sides.was), whole(sides.now)]).toEqual([was, now]);
    expect(shared(sides.was)).toBe(shared(sides.now));
  }));
});

it('gives up on the middle of very long texts, but keeps both', () => {
  const long = (word: string) => Array.from({ length: 3000 }, (_, i) => `${word}${i}`).join(' ');
  expect(differ(long('a'), long('b')).was).toHaveLength(1);
});
