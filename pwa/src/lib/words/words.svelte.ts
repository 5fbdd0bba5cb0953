/**
 * The words of the screens, in English and Welsh.
 *
 * Promise: changing the language redraws the words and nothing else, so nothing typed is lost.
 * The lists are words/*.json, in four parts: what is seen before unlocking, what is needed to record, fetched when a person is at work,
 * what is needed to refer, fetched with the first screen of a referral, and what only desks need: reviewing, sending, receiving.
 * Not here: the words of indicators and agencies, which come with their catalogue rows.
 */
import type { Holes, Key, Lang } from './keys';

export type { Holes, Key, Lang } from './keys';

/** A part of the word lists. */
export type Part = 'first' | 'work' | 'refer' | 'desk';
type Table = Record<string, string>;

const parts: Record<Lang, Record<Part, () => Promise<{ default: Table }>>> = {
  en: { first: () => import('../../../words/en.json'), work: () => import('../../../words/work.en.json'), refer: () => import('../../../words/refer.en.json'), desk: () => import('../../../words/desk.en.json') },
  cy: { first: () => import('../../../words/cy.json'), work: () => import('../../../words/work.cy.json'), refer: () => import('../../../words/refer.cy.json'), desk: () => import('../../../words/desk.cy.json') },
};
const plural: Record<Lang, Intl.PluralRules> = { en: new Intl.PluralRules('en-GB'), cy: new Intl.PluralRules('cy') };
const stored = 'lang';

let current = $state<Lang>('en');
let tables = $state.raw<Record<Lang, Table>>({ en: {}, cy: {} });
// Plain lists: what is fetched already is no state that a screen draws.
const loaded: string[] = [];
const wanted: Part[] = ['first'];

/** The language the screens are in. */
export const lang = {
  get current(): Lang {
    return current;
  },
};

/** Fetches a part of the word lists in the current language; quick when it is here already. */
export async function loadWords(part: Part): Promise<void> {
  if (!wanted.includes(part)) wanted.push(part);
  await fetchParts(current);
}

/** Chooses the language of the last visit, or of the browser, and fetches the first words. */
export async function startWords(): Promise<void> {
  const chosen = localStorage.getItem(stored) ?? navigator.language.slice(0, 2);
  await setLang(chosen === 'cy' ? 'cy' : 'en');
}

/** Changes the language, keeps the choice for the next visit, and tells the browser which language the page is in. */
export async function setLang(l: Lang): Promise<void> {
  await fetchParts(l);
  current = l;
  localStorage.setItem(stored, l);
  markLanguage(l);
  document.documentElement.lang = l;
}

/** Tells the service worker, which cannot read this page, in which language to say that something waits. */
function markLanguage(l: Lang): void {
  const { caches } = globalThis as { caches?: CacheStorage };
  void caches?.open('app-marks').then((marks) => marks.put('/lang', new Response(l))).catch(() => undefined);
}

/** The text of a key, its holes filled. With `n`, the plural form of the language is used, or the `#zero` form where one is written. */
export function t(key: Key, holes: Holes = {}): string {
  return text(key, holes) ?? key;
}

/** The text of a key that came from outside (a server's answer), or plain words that something went wrong when it is unknown. */
export function say(key: string, holes: Holes = {}): string {
  return text(key, holes) ?? t('error.internal');
}

/** The text of a key that is made from a code, such as `risk.` + level; the code itself when a newer server knows more codes than this app. */
export function name(group: string, code: string | undefined): string {
  if (code === undefined || code === '') return '';
  return text(`${group}.${code}`, {}) ?? code;
}

/** Whether a key has words in the current language. */
export function known(key: string): boolean {
  return text(key, {}) !== undefined;
}

async function fetchParts(l: Lang): Promise<void> {
  const missing = wanted.filter((part) => !loaded.includes(l + part));
  const got = await Promise.all(missing.map((part) => parts[l][part]()));
  if (got.length === 0) return;
  loaded.push(...missing.map((part) => l + part));
  tables = { ...tables, [l]: Object.assign({}, tables[l], ...got.map((m) => m.default)) as Table };
}

function text(key: string, holes: Holes): string | undefined {
  const table = tables[current];
  const found = typeof holes['n'] === 'number' ? counted(table, key, holes['n']) ?? table[key] : table[key];
  return found?.replace(/\{(\w+)\}/g, (_, hole: string) => String(holes[hole] ?? ''));
}

function counted(table: Table, key: string, n: number): string | undefined {
  const form = n === 0 && table[`${key}#zero`] !== undefined ? 'zero' : plural[current].select(n);
  return table[`${key}#${form}`] ?? table[`${key}#other`];
}
