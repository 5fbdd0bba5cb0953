import { isEmpty, type Fields } from '../casework/operations';
import { problemsOf, type Problem } from '../casework/problems';
import { fieldsOf } from '../casework/tables';
import type { Encounter } from '../casework/types';
import { Drafting } from './drafting.svelte';

/** An encounter being written. */
export class Draft extends Drafting<Encounter> {
  get coll(): string {
    return 'encounters';
  }

  written(record: Encounter): Fields {
    const fields = record as unknown as Fields;
    const names = Object.keys(fieldsOf(this.coll)).filter((name) => !isEmpty(fields[name]));
    return Object.fromEntries(names.map((name) => [name, fields[name]]));
  }

  problems(): Problem[] {
    return problemsOf(this.value);
  }

  /** Changes one field and saves soon after. */
  set<K extends keyof Encounter>(field: K, value: Encounter[K]): void {
    this.change({ [field]: value });
  }

  /** Ticks an indicator with how it is known, or unticks it with null. One indicator has one basis. */
  tick(code: string, basis: string | null): void {
    const others = (this.value.indicators ?? []).filter((tick) => !tick.startsWith(`${code}:`));
    this.set('indicators', basis === null ? others : [...others, `${code}:${basis}`]);
  }
}
