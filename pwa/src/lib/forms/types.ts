import type { Lang, WordKey } from '../casework/types';

/** A condition: an operation and what it takes. */
export type Rule = readonly [string, ...unknown[]];

/** The values of a form by question key. Whoever changes one makes a new object: what a form shows is remembered by it. */
export type Answers = Readonly<Record<string, unknown>>;

export type Words = Record<Lang, string>;

/** A value that may be chosen, and its name. */
export interface Option extends Words {
  value: string;
}

export type QuestionType =
  | 'text' | 'longtext' | 'radio' | 'checkboxes' | 'select' | 'select_repeat' | 'email' | 'tel' | 'date' | 'number' | 'confirm' | 'file_repeat';

/** One question, as the server's definition has it. */
export interface Question {
  key: string;
  ref?: string;
  type: QuestionType;
  label: Words;
  hint?: Words;
  required?: boolean;
  when?: Rule;
  options?: Option[];
  list?: string;
  catalogue?: string;
  store: 'answers' | 'identity' | 'contact' | 'consent';
  check?: string[];
  max?: number;
  min?: number;
  safest?: string[];
  scrub?: boolean;
  location?: boolean;
  copy?: string;
  default?: unknown;
}

export interface Section {
  id: string;
  title: Words;
  intro?: Words;
  when?: Rule;
  sent: boolean;
  questions: Question[];
}

export interface Migration {
  from: number;
  rename?: Record<string, string>;
  drop?: string[];
  values?: Record<string, Record<string, string>>;
  note: Words;
}

/** A form definition, as the server sends it. */
export interface Definition {
  code: string;
  version: number;
  types: string[];
  title: Words;
  derived?: { key: string; cases: [Rule, unknown][] }[];
  lists?: Record<string, Option[]>;
  sections: Section[];
  migrations?: Migration[];
}

/** What is wrong, by question key. */
export type Problems = Record<string, WordKey>;

/** A file as a form knows it: its name and what it is, never what is in it. */
export interface FileName {
  name: string;
  description?: string;
}
