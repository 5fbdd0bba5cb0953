import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** Brings the words into the app without the counted forms that are the same as `#other`, which the lookup falls back to. */
export function words(): Plugin {
  return {
    name: 'noddfa-words',
    enforce: 'pre',
    apply: 'build',
    load(id) {
      if (!/\/words\/[\w.]+\.json$/.test(id)) return null;
      const all = JSON.parse(readFileSync(id, 'utf8')) as Record<string, string>;
      const same = (key: string) => /#(?!other)/.test(key) && all[key] === all[key.replace(/#.*/, '#other')];
      return JSON.stringify(Object.fromEntries(Object.entries(all).filter(([key]) => !same(key))));
    },
  };
}
