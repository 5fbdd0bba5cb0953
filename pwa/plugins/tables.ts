import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

type Table = Record<string, Record<string, unknown>>;

/** What the app reads of the server's field and command tables; the rest is the server's business and stays off the phone. */
const kept: Record<string, (table: Table) => unknown> = {
  'casework/fields.json': ({ encounters }) => ({ encounters: { fields: each(encounters?.['fields'] as Table, ['policy', 'store', 'max']) } }),
  'casework/commands.json': ({ encounters }) => ({ encounters: each(encounters as Table, ['to', 'expect_rev']) }),
};

function each(lines: Table, columns: string[]): Table {
  const lean = (line: Record<string, unknown>) => Object.fromEntries(Object.entries(line).filter(([column]) => columns.includes(column)));
  return Object.fromEntries(Object.entries(lines).map(([name, line]) => [name, lean(line)]));
}

/** Brings the shared tables into the app without the columns that only the server reads. */
export function tables(): Plugin {
  return {
    name: 'noddfa-tables',
    enforce: 'pre',
    load(id) {
      const file = Object.keys(kept).find((name) => id.endsWith(name));
      const lean = file === undefined ? undefined : kept[file];
      return lean === undefined ? null : JSON.stringify(lean(JSON.parse(readFileSync(id, 'utf8')) as Table));
    },
  };
}
