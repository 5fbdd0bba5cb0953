import { describe, expect, it } from 'vitest';
import cyFirst from '../../../words/cy.json';
import status from '../../../words/cy.status.json';
import cyDesk from '../../../words/desk.cy.json';
import enDesk from '../../../words/desk.en.json';
import enFirst from '../../../words/en.json';
import cyRefer from '../../../words/refer.cy.json';
import enRefer from '../../../words/refer.en.json';
import cyWork from '../../../words/work.cy.json';
import enWork from '../../../words/work.en.json';

const lists: [string, Record<string, string>, Record<string, string>][] = [['first', enFirst, cyFirst], ['work', enWork, cyWork], ['refer', enRefer, cyRefer], ['desk', enDesk, cyDesk]];
const categories = ['zero', 'one', 'two', 'few', 'many', 'other'];
// The same word in both languages: names of countries, and words Welsh took over.
const sameOnPurpose = new Set(['contact.post', 'country.AL', 'country.BD', 'country.DZ', 'country.ER', 'country.ET', 'country.GH', 'country.GM', 'country.ID', 'country.IN', 'country.IR', 'country.JM', 'country.KE', 'country.KW', 'country.LK', 'country.LY', 'country.MM', 'country.MW', 'country.NA', 'country.NG', 'country.NP', 'country.PK', 'country.RW', 'country.SL', 'country.SN', 'country.SO', 'country.SY', 'country.TZ', 'country.UG', 'country.YE', 'country.ZM', 'country.ZW']);
const base = (key: string) => key.replace(/#.*/, '');
const holes = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

describe.each(lists)('the %s words', (_, en, cy) => {
  it('stand in both languages', () => {
    expect([...new Set(Object.keys(cy).map(base))].sort()).toEqual([...new Set(Object.keys(en).map(base))].sort());
  });

  it('have all six Welsh and both English forms where they are counted', () => {
    const counted = [...new Set(Object.keys(en).filter((key) => key.includes('#')).map(base))];
    const missing = counted.flatMap((key) => [
      ...categories.filter((c) => cy[`${key}#${c}`] === undefined).map((c) => `cy ${key}#${c}`),
      ...['one', 'other'].filter((c) => en[`${key}#${c}`] === undefined).map((c) => `en ${key}#${c}`),
    ]);
    expect(missing).toEqual([]);
  });

  it('are not English in the Welsh list', () => {
    expect(Object.keys(en).filter((key) => en[key] === cy[key] && !sameOnPurpose.has(key))).toEqual([]);
  });

  it('keep the same holes, and none is empty', () => {
    const differ = Object.keys(cy).filter((key) => {
      const english = en[key] ?? en[`${base(key)}#other`] ?? '';
      return cy[key]?.trim() === '' || holes(english).join() !== holes(cy[key] ?? '').join();
    });
    expect(differ).toEqual([]);
  });

  it('never call a person a victim or an answer invalid', () => {
    expect(Object.entries(en).filter(([, text]) => /victim|invalid|alleged|claims/i.test(text))).toEqual([]);
  });
});

it('the list of checked Welsh names only keys that exist', () => {
  const keys = new Set([...Object.keys(cyFirst), ...Object.keys(cyWork), ...Object.keys(cyRefer), ...Object.keys(cyDesk)]);
  expect((status.checked as string[]).filter((key) => !keys.has(key))).toEqual([]);
});
