import type { Definition } from '../forms';

const both = (text: string) => ({ en: text, cy: `${text} (cy)` });
const yesNo = [{ value: 'yes', ...both('Yes') }, { value: 'no', ...both('No') }];

/** A short form for tests, shaped as the real ones are: two pathways, a person's name that an unnamed notification never asks. */
export const shortForm = (version = 1, change: Partial<Definition> = {}): Definition => ({
  code: 'nrm', version, types: ['nrm', 'dtn'], title: both('Short form'),
  derived: [
    { key: '$is_child', cases: [[['in', 'under_18', ['yes', 'not_sure']], true], [['eq', 'under_18', 'no'], false]] },
    { key: '$referral_kind', cases: [[['eq', '$is_child', true], 'nrm'], [['eq', 'consent_nrm', 'yes'], 'nrm'], [['eq', 'consent_nrm', 'no'], 'dtn']] },
  ],
  sections: [
    {
      id: 'age', title: both('Age'), sent: true,
      questions: [
        { key: 'under_18', type: 'radio', label: both('Under 18?'), required: true, options: [...yesNo, { value: 'not_sure', ...both('Not sure') }], store: 'answers', copy: 'encounter.under_18' },
        { key: 'consent_nrm', type: 'radio', label: both('Do they agree?'), required: true, when: ['eq', '$is_child', false], options: yesNo, store: 'consent' },
      ],
    },
    {
      id: 'story', title: both('What happened'), sent: true,
      questions: [
        { key: 'what_happened', type: 'longtext', label: both('What happened?'), required: true, store: 'answers', scrub: true },
        { key: 'towns', type: 'select_repeat', label: both('Towns'), list: 'towns', store: 'answers', max: 10 },
      ],
    },
    {
      id: 'person', title: both('The person'), sent: true, when: ['eq', '$referral_kind', 'nrm'],
      questions: [{ key: 'first_name', type: 'text', label: both('First name'), required: true, store: 'identity' }],
    },
  ],
  lists: { towns: [{ value: 'Cardiff / Caerdydd', en: 'Cardiff', cy: 'Caerdydd' }, { value: 'Newport / Casnewydd', en: 'Newport', cy: 'Casnewydd' }] },
  ...change,
});
