// The bank holidays of England and Wales by their rules. The server keeps its own table and sets the moments when things are due;
// this only counts the days in "late by 2 working days", where a holiday proclaimed for one year would make a difference of one.

const dayMs = 24 * 3_600_000;
const utc = (year: number, month: number, day: number): number => Date.UTC(year, month, day);
const weekday = (ms: number): number => new Date(ms).getUTCDay();

/** Easter Sunday of a year, by the Gregorian reckoning. */
function easter(year: number): number {
  const [golden, century, rest] = [year % 19, Math.floor(year / 100), year % 100];
  const epact = (19 * golden + century - Math.floor(century / 4) - Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3) + 15) % 30;
  const shift = (32 + 2 * (century % 4) + 2 * Math.floor(rest / 4) - epact - (rest % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * shift) / 451);
  const sum = epact + shift - 7 * late + 114;
  return utc(year, Math.floor(sum / 31) - 1, (sum % 31) + 1);
}

/** The first Monday on or after a day. */
const mondayFrom = (ms: number): number => ms + ((8 - weekday(ms)) % 7) * dayMs;

function holidays(year: number): Set<number> {
  const sunday = easter(year);
  const found = new Set([sunday - 2 * dayMs, sunday + dayMs, mondayFrom(utc(year, 4, 1)), mondayFrom(utc(year, 4, 25)), mondayFrom(utc(year, 7, 25))]);
  // A holiday at a weekend moves to the next working day.
  for (const fixed of [utc(year, 0, 1), utc(year, 11, 25), utc(year, 11, 26)]) {
    let day = fixed;
    while ([0, 6].includes(weekday(day)) || found.has(day)) day += dayMs;
    found.add(day);
  }
  return found;
}

/** The local calendar day of a moment, as a number that days can be counted with. */
export function dayOf(ms: number): number {
  const at = new Date(ms);
  return utc(at.getFullYear(), at.getMonth(), at.getDate());
}

/** Whether people are at work on a calendar day. */
export const isWorkingDay = (day: number): boolean => ![0, 6].includes(weekday(day)) && !holidays(new Date(day).getUTCFullYear()).has(day);

/** The working days begun after the day of `fromMs`, up to the day of `toMs`; what is years late counts no further than a year. */
export function workingDaysBetween(fromMs: number, toMs: number): number {
  const last = Math.min(dayOf(toMs), dayOf(fromMs) + 366 * dayMs);
  let count = 0;
  for (let day = dayOf(fromMs) + dayMs; day <= last; day += dayMs) if (isWorkingDay(day)) count++;
  return count;
}
