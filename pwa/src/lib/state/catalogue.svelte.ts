import type { Agency, Indicator } from '../casework/types';
import { contents } from './contents.svelte';

const listOf = <T>(coll: string): T[] => [...contents.of(coll)].map((row) => ({ ...row.d, id: row.i }) as T);

class Catalogue {
  /** Also the retired ones: old records still name them. */
  readonly indicators = $derived(listOf<Indicator>('indicators').sort((a, b) => a.sort - b.sort));
  readonly agencies = $derived(listOf<Agency>('agencies'));
  readonly byCode = $derived(new Map(this.indicators.map((one) => [one.code, one])));
}

/** The signs and organisations, as the server last sent them. */
export const catalogue = new Catalogue();

/** The sign with a code. */
export const indicator = (code: string): Indicator | undefined => catalogue.byCode.get(code);
