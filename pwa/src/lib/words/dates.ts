import { lang, t } from './words.svelte';

// Browsers carry no Welsh dates: asked for them, they answer in English. Ours are written out.
const months = {
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
  cy: ['Ionawr', 'Chwefror', 'Mawrth', 'Ebrill', 'Mai', 'Mehefin', 'Gorffennaf', 'Awst', 'Medi', 'Hydref', 'Tachwedd', 'Rhagfyr'],
};
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The local date of a moment, such as "23 November 2026" or "23 Tachwedd 2026". */
export function date(ms: number): string {
  const d = new Date(ms);
  return `${d.getDate()} ${months[lang.current][d.getMonth()] ?? ''} ${d.getFullYear()}`;
}

/** The local date of a `YYYY-MM-DD` text; the text itself when it is not one. */
export function calendarDate(text: string): string {
  const [, y, m, d] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  return y === undefined ? text : date(new Date(Number(y), Number(m) - 1, Number(d)).getTime());
}

/** The local time of a moment, `HH:MM` by the 24-hour clock. */
export function time(ms: number): string {
  const d = new Date(ms);
  return `${String(d.getHours()).padStart(2, '0')}:${String(d.getMinutes()).padStart(2, '0')}`;
}

/** Date and time of a moment. */
export function dateTime(ms: number): string {
  return `${date(ms)}, ${time(ms)}`;
}

/** How long ago a moment was, in words; the date once it is more than 30 days. A moment ahead of the clock is "just now". */
export function ago(ms: number, nowMs: number = Date.now()): string {
  const age = nowMs - ms;
  if (age < minuteMs) return t('ago.now');
  if (age < hourMs) return t('ago.minute', { n: Math.floor(age / minuteMs) });
  if (age < dayMs) return t('ago.hour', { n: Math.floor(age / hourMs) });
  if (age <= 30 * dayMs) return t('ago.day', { n: Math.floor(age / dayMs) });
  return date(ms);
}
