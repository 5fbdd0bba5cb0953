/** The eight lines of the quality checklist, in the order they are read. */
export const checklist = ['detail', 'dates_in_order', 'indicators_stated', 'context', 'gaps_explained', 'view_tied_to_facts', 'second_contact', 'documents_dated'] as const;

/** The answers to the checklist so far. */
export type Checked = Partial<Record<(typeof checklist)[number], string>>;

/** The grades of the 3x5x2 system. */
export const gradings = { source: ['1', '2', '3'], information: ['A', 'B', 'C', 'D', 'E'], handling: ['P', 'C'] } as const;

/** A grading so far. Conditions belong to the handling code C. */
export interface Graded {
  source?: string;
  information?: string;
  handling?: string;
  conditions?: string;
}

/** The reasons for a return. */
export const returnCodes = Array.from({ length: 15 }, (_, i) => `R${String(i + 1).padStart(2, '0')}`);

/** What a reviewer has filled in. */
export interface Decision {
  decision: string;
  note: string;
  codes: string[];
  fields: string[];
  checked: Checked;
  graded: Graded;
}

/** What the type of the referral asks of an approval. */
export interface Asked {
  checklist: boolean;
  graded: boolean;
}

const written = (text: string | undefined): boolean => (text ?? '').trim() !== '';

/** What is still missing from a decision, by the name of the place. */
export function gapsOf(d: Decision, asked: Asked): string[] {
  if (d.decision === '') return ['decision'];
  if (d.decision === 'return') return [...(d.codes.length === 0 ? ['codes'] : []), ...(written(d.note) ? [] : ['note'])];
  if (d.decision === 'reject') return written(d.note) ? [] : ['note'];
  const unanswered = asked.checklist ? checklist.filter((item) => d.checked[item] === undefined) : [];
  const { source, information, handling, conditions } = d.graded;
  const ungraded = Object.entries({ source, information, handling }).filter(([, grade]) => !written(grade)).map(([part]) => part);
  if (handling === 'C' && !written(conditions)) ungraded.push('conditions');
  return [...unanswered, ...(asked.graded ? ungraded : [])];
}

/** The arguments of the command. */
export function argsOf(d: Decision, asked: Asked): Record<string, unknown> {
  const note = d.note.trim();
  if (d.decision === 'return') return { codes: d.codes, note, ...(d.fields.length > 0 ? { fields: d.fields } : {}) };
  if (d.decision === 'reject') return { reason: note };
  const { conditions, ...grades } = d.graded;
  const grading = grades.handling === 'C' ? { ...grades, conditions: conditions?.trim() } : grades;
  return { ...(note === '' ? {} : { note }), ...(asked.checklist ? { checklist: d.checked } : {}), ...(asked.graded ? { grading } : {}) };
}
