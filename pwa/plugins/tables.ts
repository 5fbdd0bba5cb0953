import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

type Table = Record<string, Record<string, unknown>>;
interface ReferralTable { moves: Table[string][]; types: Table; tasks: Table; gateways: string[]; forms_of_disclosure: string[] }

/** What the app reads of the server's field, command and referral tables; the rest is the server's business and stays off the phone. */
const kept: Record<string, (table: never) => unknown> = {
  'casework/fields.json': ({ encounters }: Table) => ({ encounters: { fields: each(encounters?.['fields'] as Table, ['policy', 'store', 'max']) } }),
  'casework/commands.json': ({ encounters }: Table) => ({ encounters: each(encounters as Table, ['to', 'expect_rev']) }),
  'casework/referrals.json': ({ moves, types, tasks, gateways, forms_of_disclosure }: ReferralTable) => ({
    moves: moves.map((move) => lean(move, ['event', 'from', 'to', 'by', 'expect_rev'])),
    types: each(types, ['form', 'responder_only', 'review', 'checklist', 'graded', 'reviewer', 'reviewer_roles', 'senders', 'sender_of', 'receivers', 'to', 'bodies', 'channels', 'outcomes']),
    tasks,
    gateways,
    forms_of_disclosure,
  }),
};

const lean = (line: Record<string, unknown>, columns: string[]) => Object.fromEntries(Object.entries(line).filter(([column]) => columns.includes(column)));

function each(lines: Table, columns: string[]): Table {
  return Object.fromEntries(Object.entries(lines).map(([name, line]) => [name, lean(line, columns)]));
}

/** Brings the shared tables into the app without the columns that only the server reads. */
export function tables(): Plugin {
  return {
    name: 'noddfa-tables',
    enforce: 'pre',
    load(id) {
      const file = Object.keys(kept).find((name) => id.endsWith(name));
      const pick = file === undefined ? undefined : kept[file];
      return pick === undefined ? null : JSON.stringify(pick(JSON.parse(readFileSync(id, 'utf8')) as never));
    },
  };
}
