/**
 * The app's own memory of what went wrong, for the settings screen of a supportive colleague.
 * It holds codes and counts only, lives in memory, and ends with the page. Nothing goes to the browser's console.
 */
export interface LogLine {
  at_ms: number;
  /** A dotted code such as `sync.no_answer`. */
  code: string;
}

const MOST = 100;
const lines: LogLine[] = [];

/** Notes a code. */
export function note(code: string, at_ms: number = Date.now()): void {
  lines.push({ at_ms, code });
  if (lines.length > MOST) lines.shift();
}

/** The newest lines, oldest first. */
export const recent = (): readonly LogLine[] => lines;
