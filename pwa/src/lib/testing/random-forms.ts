import { readFileSync } from 'node:fs';
import { optionsOf, type Answers, type Definition, type Form, type Question, type Rule } from '../forms';

const shared = new URL('../../../../testdata/forms/', import.meta.url);
const definitions = new URL('../../../../pb_migrations/forms/', import.meta.url);

/** Reads a file that Go's tests read too. */
export const fromShared = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, shared), 'utf8')) as T;

export const definitionOf = (code: string): Definition => JSON.parse(readFileSync(new URL(`${code}.json`, definitions), 'utf8')) as Definition;

/** The clock of every test. */
export const noon = (): number => Date.UTC(2026, 10, 25, 12);

interface Pool {
  keys: string[];
  days: string[];
  lines: string[];
  scalars: unknown[];
  ordered: unknown[];
  odd: unknown[];
  files: unknown[];
  repeated: [string, number][];
}

const ruleOps = ['all', 'any', 'not', 'answered', 'eq', 'in', 'has', 'count', 'lt', 'lte', 'gt', 'gte', 'some'];
const leafOps = ruleOps.slice(3, 12);

/** Draws rules and answers in the order that Go's test draws them (xorshift32). */
export class Sequence {
  #state: number;
  readonly #pool = fromShared<Pool>('pool.json');

  constructor(seed: number) {
    this.#state = seed;
  }

  below(n: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % n;
  }

  #draw<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }

  #times<T>(n: number, make: () => T): T[] {
    return Array.from({ length: n }, make);
  }

  rule(depth = 1): Rule {
    let op = this.#draw(ruleOps);
    if (depth >= 4) op = this.#draw(leafOps);
    if (op === 'all' || op === 'any') return [op, ...this.#times(1 + this.below(3), () => this.rule(depth + 1))];
    if (op === 'not') return [op, this.rule(depth + 1)];
    const key = this.#draw(this.#pool.keys);
    switch (op) {
      case 'answered':
        return [op, key];
      case 'eq':
      case 'has':
        return [op, key, this.#draw(this.#pool.scalars)];
      case 'in':
        return [op, key, this.#times(1 + this.below(3), () => this.#draw(this.#pool.scalars))];
      case 'count':
        return [op, key, 1 + this.below(3)];
      case 'some': {
        const inner: Rule = [this.#draw(['eq', 'answered']), this.#draw(['name', 'description'])];
        return [op, key, inner[0] === 'eq' ? [...inner, this.#draw(this.#pool.scalars)] : inner];
      }
      default:
        return [op, key, this.#draw(this.#pool.ordered)];
    }
  }

  data(): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    for (const key of this.#pool.keys) {
      const kind = this.below(6);
      if (kind === 1) out[key] = null;
      if (kind === 2 || kind === 3) out[key] = this.#draw(this.#pool.scalars);
      if (kind === 4) out[key] = this.#several(this.#pool.scalars);
      if (kind === 5) out[key] = this.#several(this.#pool.files);
    }
    return out;
  }

  #several(of: unknown[]): unknown[] {
    return this.#times(this.below(4), () => this.#draw(of));
  }

  answers(form: Form): Answers {
    const out: Record<string, unknown> = {};
    for (const question of form.questions.values()) {
      const kind = this.below(8);
      if (kind === 1) out[question.key] = this.#draw(this.#pool.odd);
      if (kind > 1) out[question.key] = this.#answer(form, question);
    }
    if (this.below(20) === 0) out['no_such_question'] = 'x';
    return out;
  }

  #answer(form: Form, question: Question): unknown {
    switch (question.type) {
      case 'radio':
      case 'select':
        return this.#draw(optionsOf(form, question)).value;
      case 'checkboxes':
      case 'select_repeat':
        return this.#times(1 + this.below(3), () => this.#draw(optionsOf(form, question)).value);
      case 'number':
        return this.below(40);
      case 'confirm':
        return this.below(4) > 0;
      case 'date':
        return this.#draw(this.#pool.days);
      case 'file_repeat':
        return this.#several(this.#pool.files);
    }
    if (this.below(12) !== 0) return this.#draw(this.#pool.lines);
    const [text, times] = this.#draw(this.#pool.repeated);
    return text.repeat(times);
  }
}
