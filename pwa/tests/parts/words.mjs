import { readFileSync } from 'node:fs';

const read = (name) => JSON.parse(readFileSync(new URL(`../../words/${name}.json`, import.meta.url), 'utf8'));
const parts = ['', 'work.', 'refer.', 'desk.'];
const tables = Object.fromEntries(['en', 'cy'].map((lang) => [lang, Object.assign({}, ...parts.map((part) => read(part + lang)))]));

/** The text of a key as the screens show it. A key without words is an error. */
export function words(lang, key, holes = {}) {
  const table = tables[lang];
  const form = typeof holes.n === 'number' ? [holes.n === 0 ? 'zero' : '', new Intl.PluralRules(lang).select(holes.n), 'other'] : [];
  const found = form.map((f) => table[`${key}#${f}`]).find(Boolean) ?? table[key];
  if (found === undefined) throw new Error(`no ${lang} words for ${key}`);
  return found.replace(/\{(\w+)\}/g, (_, hole) => String(holes[hole] ?? ''));
}
