const two = (n: number) => String(n).padStart(2, '0');

/** A moment as the `YYYY-MM-DDTHH:MM` of the phone's own time zone, for a date and time input; empty for no or an unreadable moment. */
export function toLocal(iso: string | undefined): string {
  const d = new Date(iso ?? '');
  if (Number.isNaN(d.getTime())) return '';
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** The moment a date and time input stands for, as ISO 8601 in UTC; empty while the input is. */
export function fromLocal(local: string): string {
  const d = new Date(local);
  return Number.isNaN(d.getTime()) ? '' : d.toISOString();
}

/** Today's date on this phone, `YYYY-MM-DD`. */
export function today(nowMs: number = Date.now()): string {
  return toLocal(new Date(nowMs).toISOString()).slice(0, 10);
}
