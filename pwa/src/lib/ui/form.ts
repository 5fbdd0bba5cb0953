/** One answer a person can choose: the stored value, the words, and a hint under them. */
export interface Option {
  value: string;
  label: string;
  hint?: string;
}

/** One thing to put right before going on: the id of the input, and the words. */
export interface Problem {
  id: string;
  text: string;
}

/** The ids that describe an input, for aria-describedby; undefined when nothing does. */
export function describedBy(id: string, hint: string, error: string, more = ''): string | undefined {
  const ids = [hint && `${id}-hint`, error && `${id}-error`, more].filter(Boolean);
  return ids.length > 0 ? ids.join(' ') : undefined;
}
