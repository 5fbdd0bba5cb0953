import type desk from '../../../words/desk.en.json';
import type first from '../../../words/en.json';
import type refer from '../../../words/refer.en.json';
import type work from '../../../words/work.en.json';

type Stored = keyof typeof first | keyof typeof work | keyof typeof refer | keyof typeof desk;

/** Every key of the word lists. A counted key stands without its `#one`, `#other` ending; which form to use is the lookup's to choose. */
export type Key = Stored extends infer K ? (K extends `${infer Base}#${string}` ? Base : K) : never;

/** The languages of the app. */
export type Lang = 'en' | 'cy';

/** What fills the `{holes}` of a text. `n` also chooses the plural form. */
export type Holes = Record<string, string | number>;
