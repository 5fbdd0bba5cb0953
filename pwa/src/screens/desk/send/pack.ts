import type { PackEntry } from '../../../lib/state/desk.svelte';

/** A run of boxes under one heading. */
export interface PackSection {
  id: string;
  title: { en: string; cy: string };
  entries: PackEntry[];
}

/** The boxes under their headings, in the order they came: it is the order of the form they go into and is never changed here. */
export function sectionsOf(entries: readonly PackEntry[]): PackSection[] {
  const sections: PackSection[] = [];
  for (const entry of entries) {
    const last = sections.at(-1);
    if (last?.id === entry.section) last.entries.push(entry);
    else sections.push({ id: entry.section, title: entry.section_title, entries: [entry] });
  }
  return sections;
}

/** Whether a box has something to copy. */
export const canCopy = (entry: PackEntry): boolean => entry.answered && !entry.ticks;

/** The place of the next box with something to copy; undefined after the last. */
export const nextToCopy = (entries: readonly PackEntry[], at: number): number | undefined => entries.find((entry) => entry.at > at && canCopy(entry))?.at;
