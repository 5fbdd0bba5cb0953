import { describe, expect, it } from 'vitest';
import { afterOperation, flat, mayMove, movesFor, nested, receiversOf, roleIn, type Actor, type Referral } from './referral';
import type { Agency, Operation } from './types';

const person = (id: string, roles: string[], agency = 'ag1'): Actor => ({ id, roles, agency });
const author = person('author', ['field']);
const supervisor = person('sup', ['supervisor']);
const spoc = person('spoc', ['spoc']);
const nrm = (more: Partial<Referral> = {}): Partial<Referral> => ({ type: 'nrm', author: 'author', agency: 'ag1', review_agency: 'ag1', state: 'draft', ...more });
const events = (of: Partial<Referral>, user: Actor): string[] => movesFor(of, user).map((move) => move.event);

describe('what a person is to a referral', () => {
  it.each([
    ['its author', nrm(), author, ['author']],
    ['its author, who is a supervisor too', nrm(), person('author', ['supervisor']), ['author']],
    ['a supervisor of the reviewing agency', nrm(), supervisor, ['reviewer']],
    ['a supervisor of another agency', nrm(), person('sup', ['supervisor'], 'ag2'), []],
    ['the paired agency', nrm({ review_agency: 'ag2' }), person('sup', ['supervisor'], 'ag2'), ['reviewer']],
    ['who sends for its agency', nrm(), spoc, ['sender']],
    ['an author of a type that authors send', nrm({ type: 'safeguarding_child' }), author, ['author', 'sender']],
    ['an analyst of the agency that a note goes to', nrm({ type: 'intel', to_agency: 'ag9' }), person('x', ['intel'], 'ag9'), ['reviewer', 'sender']],
    ['the co-ordinator of the meeting', nrm({ type: 'marac', to_agency: 'ag9' }), person('x', ['marac_coord'], 'ag9'), ['sender', 'receiver']],
    ['who takes over, and sends what they took', nrm({ type: 'handover', to_agency: 'ag9' }), person('x', ['supervisor'], 'ag9'), ['reviewer', 'sender', 'receiver']],
    ['the safeguarding lead of its agency', nrm(), person('x', ['safeguarding_lead']), ['safeguarding_lead']],
    ['nobody', nrm({ type: undefined }), author, []],
  ])('%s', (_, of, user, want) => expect(roleIn(of, user)).toEqual(want));
});

describe('the moves that are offered', () => {
  it.each([
    ['to its author while it is a draft', nrm(), author, ['submit', 'withdraw']],
    ['to its author in danger', nrm({ danger: true }), author, ['submit', 'urgent_send', 'withdraw']],
    ['to its author after handing in', nrm({ state: 'submitted' }), author, ['withdraw']],
    ['to a reviewer', nrm({ state: 'submitted' }), supervisor, ['pick_up', 'clear_hit', 'withdraw']],
    ['to a reviewer who reads it', nrm({ state: 'in_review' }), supervisor, ['pick_up', 'approve', 'return', 'reject', 'clear_hit', 'withdraw']],
    ['to its author when it came back', nrm({ state: 'returned' }), author, ['resubmit', 'withdraw']],
    ['to the sender only once it is approved', nrm({ state: 'submitted' }), spoc, []],
    ['to the sender', nrm({ state: 'approved' }), spoc, ['mark_sent']],
    ['to the author of a type reviewed after', nrm({ type: 'safeguarding_child', state: 'submitted', child: true }), author, ['mark_sent', 'urgent_send', 'withdraw']],
    ['to the safeguarding lead for a child', nrm({ state: 'in_review', child: true }), person('x', ['safeguarding_lead']), ['cosign_reject']],
    ['to nobody once it is closed', nrm({ state: 'closed' }), supervisor, []],
    ['to a reviewer after an urgent send', nrm({ state: 'sent_urgent', countersign_due_ms: 5 }), supervisor, ['countersign']],
    ['to a reviewer after the countersignature', nrm({ state: 'sent', countersign_due_ms: 5, countersigned_by: 'sup' }), supervisor, []],
  ])('%s', (_, of, user, want) => expect(events(of, user)).toEqual(want));

  it('are asked for one at a time too', () => {
    expect([mayMove('approve', nrm({ state: 'in_review' }), supervisor), mayMove('approve', nrm({ state: 'in_review' }), author)]).toEqual([true, false]);
  });
});

it('goes only to agencies of its kind', () => {
  const agencies = [{ id: 'a', kind: 'ngo' }, { id: 'b', kind: 'local_authority' }, { id: 'c', kind: 'police', may_refer: true }] as Agency[];
  expect([receiversOf('victim_support', agencies), receiversOf('safeguarding_child', agencies), receiversOf('handover', agencies), receiversOf('nrm', agencies)].map((list) => list.map((one) => one.id)))
    .toEqual([['a'], ['b'], ['c'], []]);
});

describe('the fields of a row', () => {
  const row = { codename: 'Robin', answers: { birthplace: 'Hanoi', uk_towns: ['Cardiff'] }, identity: { first_name: 'N' }, consent: { consent_nrm: 'yes' } };

  it('have dotted names in operations, but for consent, which is one answer', () => {
    expect(flat(row)).toEqual({ codename: 'Robin', 'answers.birthplace': 'Hanoi', 'answers.uk_towns': ['Cardiff'], 'identity.first_name': 'N', consent: { consent_nrm: 'yes' } });
    expect(nested(flat(row))).toEqual(row);
  });

  it('take an operation in answer by answer', () => {
    const op = { set: { 'answers.birthplace': null, 'answers.job_type': 'farm', codename: 'Wren' }, cmd: { name: 'submit', args: {} } } as unknown as Operation;
    expect(afterOperation({ ...row, state: 'draft' }, op)).toEqual({ ...row, state: 'submitted', codename: 'Wren', answers: { uk_towns: ['Cardiff'], job_type: 'farm' } });
  });

  it('take in what sending writes down', () => {
    const op = { cmd: { name: 'mark_sent', args: { channel: 'phone', external_ref: 'X1', disclosure: 'd' } } } as unknown as Operation;
    expect(afterOperation({ state: 'approved' }, op)).toEqual({ state: 'sent', channel: 'phone', external_ref: 'X1' });
  });
});
