import { describe, expect, it } from 'vitest';
import type { Disclosure, Referral } from '../../../lib/casework/referral';
import { readPack } from '../../../lib/exchange/desk';
import { approvalsNeeded, mayApprove } from './approval';
import { copier } from './clipboard';
import { nextToCopy, sectionsOf } from './pack';

const raw = {
  reference: 'NDF-1', type: 'nrm', classification: 'OFFICIAL-SENSITIVE', recipient: 'SCA',
  entries: [
    { section: 'age', section_title: { en: 'Age', cy: 'Oedran' }, key: 'under_18', label: { en: 'Under 18?' }, type: 'radio', value: 'no', text: { en: 'No', cy: 'Na' }, length: 2, max: 0 },
    { section: 'background', section_title: { en: 'Background' }, key: 'family', label: { en: 'Family' }, type: 'longtext', value: null, text: { en: '', cy: '' }, length: 0, max: 15000 },
    { section: 'background', section_title: { en: 'Background' }, key: 'ways', question: { en: 'How?' }, label: { en: 'By debt' }, type: 'checkboxes', value: true, text: { en: 'Ticked', cy: 'Wedi ticio' }, length: 0, max: 0 },
    { section: 'background', section_title: { en: 'Background' }, key: 'education', label: { en: 'Schooling' }, type: 'longtext', value: 'None', text: { en: 'None', cy: 'None' }, length: 4, max: 15000 },
  ],
  gaps: [{ key: 'family', ref: 'fr-family', label: { en: 'Family' } }],
  files: [{ name: 'letter.pdf', description: 'Letter, 3 March' }],
  colour: 'of a later version',
};

describe('a pack', () => {
  const pack = readPack(raw);

  it('keeps the order it came in, under its headings', () => {
    expect(sectionsOf(pack.entries).map(({ id, entries }) => [id, entries.map(({ key }) => key)])).toEqual([['age', ['under_18']], ['background', ['family', 'ways', 'education']]]);
  });

  it('does not bring together what the form keeps apart', () => {
    const again = [...pack.entries, { ...pack.entries[0], key: 'later' } as (typeof pack.entries)[0]];
    expect(sectionsOf(again).map(({ id }) => id)).toEqual(['age', 'background', 'age']);
  });

  it('goes on to the next box with something in it', () => {
    expect([nextToCopy(pack.entries, 0), nextToCopy(pack.entries, 3), nextToCopy([], 0)]).toEqual([3, undefined, undefined]);
  });

  it('is empty rather than broken where an answer is not what was expected', () => {
    expect(readPack({ entries: 'none', gaps: 7 })).toEqual({ reference: '', type: '', classification: '', recipient: '', statement: { en: '', cy: '' }, entries: [], gaps: [], files: [] });
  });
});

describe('the clipboard', () => {
  function surroundings(refuse = false) {
    const written: string[] = [];
    const timers: { act: () => void; ms: number; off: boolean }[] = [];
    const parts = {
      write: (text: string) => {
        if (refuse) return Promise.reject(new Error('not allowed'));
        written.push(text);
        return Promise.resolve();
      },
      later: (act: () => void, ms: number) => {
        const timer = { act, ms, off: false };
        timers.push(timer);
        return () => (timer.off = true) as unknown as void;
      },
    };
    return { written, timers, clip: copier(parts) };
  }

  it('is cleared a minute after the last copy', async () => {
    const { written, timers, clip } = surroundings();
    await clip.copy('first');
    await clip.copy('second');
    expect(timers.map(({ ms, off }) => [ms, off])).toEqual([[60_000, true], [60_000, false]]);
    timers[1]?.act();
    expect(written).toEqual(['first', 'second', '']);
  });

  it('is cleared when the pack is closed, and only if something was copied', async () => {
    const { written, clip } = surroundings();
    clip.stop();
    expect(written).toEqual([]);
    await clip.copy('first');
    clip.stop();
    expect(written).toEqual(['first', '']);
  });

  it('says when the browser does not allow it', async () => {
    expect(await surroundings(true).clip.copy('first')).toBe(false);
  });
});

describe('who may approve a disclosure', () => {
  const referral: Referral = { id: 'r', rev: 1, type: 'nrm', author: 'ann', agency: 'north', review_agency: 'north', state: 'approved' };
  const open: Disclosure = { id: 'd', rev: 1, referral: 'r', what: 'pack', to_name: 'x', to_kind: 'immigration', gateway: 'consent', necessity: 'n', proportionality: 'p', state: 'open', author: 'sam', approvals: [{ id: 'sue', name: 'Sue', at_ms: 1 }] };
  const person = (id: string, role: string, agency = 'north') => ({ id, roles: [role], agency });

  it.each<[string, ReturnType<typeof person>, boolean]>([
    ['another supervisor', person('bob', 'supervisor'), true],
    ['the safeguarding lead', person('lea', 'safeguarding_lead'), true],
    ['whoever has approved already', person('sue', 'supervisor'), false],
    ['whoever wrote it', person('sam', 'supervisor'), false],
    ['whoever wrote the referral', person('ann', 'supervisor'), false],
    ['the sender', person('kim', 'spoc'), false],
    ['a supervisor of elsewhere', person('eve', 'supervisor', 'south'), false],
  ])('%s', (_, user, want) => {
    expect(mayApprove(open, referral, user)).toBe(want);
  });

  it('nobody once it is approved', () => {
    expect(mayApprove({ ...open, state: 'approved' }, referral, person('bob', 'supervisor'))).toBe(false);
  });

  it('takes two for immigration control and one for everybody else', () => {
    expect(['immigration', 'home_office', 'council'].map((to_kind) => approvalsNeeded({ to_kind }))).toEqual([2, 1, 1]);
  });
});
