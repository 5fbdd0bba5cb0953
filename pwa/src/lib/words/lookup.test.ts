import { beforeAll, expect, it, vi } from 'vitest';
import { ago, calendarDate, date, time } from './dates';
import { loadWords, name, say, setLang, t } from './words.svelte';

beforeAll(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('document', { documentElement: { lang: '' } });
  await loadWords('work');
});

it('chooses the plural form of the language', async () => {
  await setLang('cy');
  expect([0, 1, 2, 3, 6, 7].map((n) => t('home.more', { n }))).toEqual([
    'Dangos 0 cofnod hŷn', 'Dangos 1 cofnod hŷn', 'Dangos 2 gofnod hŷn', 'Dangos 3 chofnod hŷn', 'Dangos 6 chofnod hŷn', 'Dangos 7 cofnod hŷn',
  ]);
  await setLang('en');
  expect([1, 2].map((n) => t('home.more', { n }))).toEqual(['Show 1 older record', 'Show 2 older records']);
});

it('uses words for nothing where they are written', () => {
  expect(t('settings.sign_out_body', { n: 0 })).toMatch(/^Everything is handed in/);
});

it('names what it does not know plainly', () => {
  expect(say('rule.from_the_future')).toBe(t('error.internal'));
  expect(name('risk', 'high')).toBe('High');
  expect(name('risk', 'from_the_future')).toBe('from_the_future');
  expect(name('risk', undefined)).toBe('');
});

it('writes dates and ages in both languages', async () => {
  const ms = new Date(2026, 10, 23, 9, 5).getTime();
  expect([date(ms), time(ms), calendarDate('2026-02-01')]).toEqual(['23 November 2026', '09:05', '1 February 2026']);
  await setLang('cy');
  expect([date(ms), calendarDate('2026-02-01'), calendarDate('yesterday')]).toEqual(['23 Tachwedd 2026', '1 Chwefror 2026', 'yesterday']);
  const hour = 3_600_000;
  expect([ago(ms, ms - hour), ago(ms, ms + 2 * 60_000), ago(ms, ms + 3 * hour), ago(ms, ms + 48 * hour), ago(ms, ms + 999 * 24 * hour)]).toEqual([
    'nawr', '2 funud yn ôl', '3 awr yn ôl', '2 ddiwrnod yn ôl', '23 Tachwedd 2026',
  ]);
  await setLang('en');
});
