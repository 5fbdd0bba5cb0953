import type { Indicator } from '../../lib/casework/types';
import { fold } from '../../lib/words/order';

/** The ticks of a record, `code:basis` texts, as a map from code to basis. */
export function basisOf(ticks: readonly string[] | undefined): Map<string, string> {
  return new Map((ticks ?? []).map((tick) => [tick.slice(0, tick.indexOf(':')), tick.slice(tick.indexOf(':') + 1)]));
}

/** The signs to offer: not the retired ones, and those about children only while the person may be a child. A ticked sign always shows. */
export function offered(all: readonly Indicator[], isAdult: boolean, ticked: ReadonlyMap<string, string>): Indicator[] {
  return all.filter((i) => ticked.has(i.code) || (!i.retired && !(isAdult && i.applies_to === 'child')));
}

/** The signs that hold every word of the search in either language, whatever their accents; those where the words begin a word first. */
export function search(signs: readonly Indicator[], query: string): Indicator[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found = signs.map((sign) => ({ sign, text: ` ${fold(`${sign.en} ${sign.cy}`)}` })).filter(({ text }) => words.every((word) => text.includes(word)));
  const begins = ({ text }: { text: string }) => words.every((word) => text.includes(` ${word}`));
  return [...found.filter(begins), ...found.filter((one) => !begins(one))].map(({ sign }) => sign);
}

/** Whether everything ticked is a weak sign: then each is shown with the note that it means little alone. */
export function onlyWeak(all: readonly Indicator[], ticked: ReadonlyMap<string, string>): boolean {
  const chosen = all.filter((i) => ticked.has(i.code));
  return chosen.length > 0 && chosen.every((i) => i.strength === 'weak');
}

/** The signs by category, each category in the order it first appears. */
export function grouped(signs: readonly Indicator[]): [string, Indicator[]][] {
  const groups = new Map<string, Indicator[]>();
  for (const sign of signs) groups.set(sign.category, [...(groups.get(sign.category) ?? []), sign]);
  return [...groups];
}
