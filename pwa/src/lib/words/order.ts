import type { Lang } from './keys';

const digraphs = ['ch', 'dd', 'ff', 'ng', 'll', 'ph', 'rh', 'th'];
const alphabet = ['a', 'b', 'c', 'ch', 'd', 'dd', 'e', 'f', 'ff', 'g', 'ng', 'h', 'i', 'j', 'k', 'l', 'll', 'm', 'n', 'o', 'p', 'ph', 'q', 'r', 'rh', 's', 't', 'th', 'u', 'v', 'w', 'x', 'y', 'z'];
const english = new Intl.Collator('en-GB', { sensitivity: 'base', numeric: true });

/** Lower case without accents, so that "ty" finds "tŷ". */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Compares two texts in the order of the language's dictionary. Welsh counts ch, dd, ff, ng, ll, ph, rh and th as letters. */
export function compare(l: Lang, a: string, b: string): number {
  return l === 'en' ? english.compare(a, b) : compareWelsh(letters(fold(a)), letters(fold(b)));
}

function letters(folded: string): number[] {
  const out: number[] = [];
  for (let i = 0; i < folded.length; i++) {
    const pair = folded.slice(i, i + 2);
    const letter = digraphs.includes(pair) ? pair : folded.charAt(i);
    i += letter.length - 1;
    const at = alphabet.indexOf(letter);
    // Anything that is no letter sorts before the letters, by its code.
    out.push(at >= 0 ? 10_000 + at : letter.charCodeAt(0) / 100);
  }
  return out;
}

function compareWelsh(a: number[], b: number[]): number {
  const at = a.findIndex((letter, i) => letter !== b[i]);
  return at < 0 ? a.length - b.length : (a[at] ?? -1) - (b[at] ?? -1);
}
