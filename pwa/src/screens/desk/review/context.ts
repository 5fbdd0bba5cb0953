const REACH = 80;

/** A few words of a text, and what stands before and after them. */
export interface Context {
  before: string;
  words: string;
  after: string;
}

/** The words of a hit in their sentence; the words alone when the text no longer holds them. Case does not count. */
export function contextOf(text: string, words: string): Context {
  const at = words === '' ? -1 : text.toLowerCase().indexOf(words.toLowerCase());
  // Lower case can be longer than the text in a few alphabets; then nothing is cut from the wrong place.
  if (at < 0 || text.toLowerCase().length !== text.length) return { before: '', words, after: '' };
  const end = at + words.length;
  const before = text.slice(Math.max(0, at - REACH), at);
  const after = text.slice(end, end + REACH);
  return { before: at > REACH ? `…${before}` : before, words: text.slice(at, end), after: end + REACH < text.length ? `${after}…` : after };
}
