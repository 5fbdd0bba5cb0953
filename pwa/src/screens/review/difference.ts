/** A stretch of a text. `own`: it stands in this text only. */
export interface Part {
  text: string;
  own: boolean;
}

// Comparing word by word grows with the product of the lengths; beyond this the middle is shown as changed whole.
const mostCells = 4_000_000;

/** Marks the words that differ between two texts. The parts of each side, put together, are that text again. */
export function differ(was: string, now: string): { was: Part[]; now: Part[] } {
  const [a, b] = [words(was), words(now)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const kept = common(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const side = (all: string[], own: ReadonlySet<number>) => join(all.map((text, i) => ({ text, own: i >= start && i < all.length - end && !own.has(i - start) })));
  return { was: side(a, kept.a), now: side(b, kept.b) };
}

function words(text: string): string[] {
  return text.match(/\s*\S+|\s+$/gu) ?? [];
}

/** The positions of a longest common sequence of words in each list. */
function common(a: string[], b: string[]): { a: Set<number>; b: Set<number> } {
  const kept = { a: new Set<number>(), b: new Set<number>() };
  if (a.length * b.length > mostCells) return kept;
  const wide = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * wide);
  const at = (i: number, j: number) => longest[i * wide + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) longest[i * wide + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      kept.a.add(i++);
      kept.b.add(j++);
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return kept;
}

function join(parts: Part[]): Part[] {
  const out: Part[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (last?.own === part.own) last.text += part.text;
    else out.push({ ...part });
  }
  return out;
}
