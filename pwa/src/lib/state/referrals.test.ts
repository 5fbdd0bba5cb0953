import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseForm, type Answers, type Definition, type Question } from '../forms';
import { shortForm } from '../testing/forms';
import { Peer } from '../testing/peer';
import { Clock, emptyDisk, inProcessKdf, PASSPHRASE } from '../testing/phone';
import { contents } from './contents.svelte';
import { encounters, openDraft } from './encounters.svelte';
import { shutDown } from './entry';
import { onItsWay } from './desk.svelte';
import { useParts } from './parts';
import { notices, readNotice } from './notices.svelte';
import { disclose, disclosuresOf, move, packs, referrals, tasks, withdrawConsent } from './referrals.svelte';
import { beginReferral, goOnFrom, openReferralDraft, type ReferralDraft } from './referral-draft.svelte';
import { boot, enrol, session, signIn, unlock } from './session.svelte';
import { sync } from './status.svelte';
import { syncNow } from './sync.svelte';

let peer: Peer;
let cut: boolean;

beforeEach(async () => {
  emptyDisk();
  peer = new Peer();
  cut = false;
  const fetch: typeof peer.fetch = (url, init) => (cut ? Promise.reject(new TypeError('no network')) : peer.fetch(url, init));
  useParts({ fetch, base: 'http://peer.test', kdf: inProcessKdf, now: new Clock().now, random: () => 0.5, reload: () => undefined, keepStorage: () => undefined });
  await boot();
  await signIn('a@example.org', 'pw');
  await enrol(PASSPHRASE, 'Work phone', 'AE');
  peer.putRow('agencies', 'a', { code: 'a', kind: 'police', may_refer: true });
  putForm(shortForm());
  await syncNow();
  await vi.waitFor(() => expect(contents.row('forms', 'form00000000001')).toBeDefined());
});

afterEach(() => shutDown());

function putForm(definition: Definition, retired = false): void {
  peer.putRow('forms', `form0000000000${definition.version}`, { code: definition.code, version: definition.version, agency: '', retired, definition });
}

async function restart(): Promise<void> {
  shutDown();
  await boot();
  await unlock(PASSPHRASE);
}

const form = (version = 1) => parseForm(shortForm(version));
const begin = (answers: Answers = { under_18: 'no', consent_nrm: 'yes' }, copied: string[] = ['under_18']): Promise<string> =>
  beginReferral({ type: 'nrm', codename: 'Robin 10', language: 'en', danger: false }, form(), answers, copied);

function fill(draft: ReferralDraft, answers: Answers): void {
  for (const [key, value] of Object.entries(answers)) {
    const question = draft.form?.questions.get(key);
    if (question === undefined) throw new Error(`no question ${key}`);
    draft.answer(question, value);
  }
}

describe('a referral', () => {
  it('is begun offline, survives the end of the app, and goes in as one operation', async () => {
    cut = true;
    const id = await begin();
    await restart();
    expect(referrals.mine.map((item) => [item.id, item.state, item.sync, item.codename])).toEqual([[id, 'unsent', 'on_this_phone', 'Robin 10']]);
    expect(encounters.mine).toEqual([]);
    const draft = await openReferralDraft(id);
    fill(draft, { what_happened: 'the account', towns: ['Cardiff / Caerdydd'], first_name: 'Enw' });
    expect(await Promise.all([draft.handIn(), draft.handIn()])).toEqual([{ ok: true }, { ok: true }]);
    expect([referrals.find(id)?.state, referrals.find(id)?.sync, referrals.find(id)?.referral.answers]).toEqual(['submitted', 'waiting', { under_18: 'no', what_happened: 'the account', towns: ['Cardiff / Caerdydd'] }]);
    cut = false;
    await syncNow();
    expect(peer.taken.map(({ op }) => [op.kind, op.coll, op.cmd?.name])).toEqual([['create', 'referrals', 'submit']]);
    expect(peer.taken[0]?.op.set).toEqual({
      type: 'nrm', codename: 'Robin 10', language: 'en', danger: false, form: 'nrm', form_version: 1, consent: { consent_nrm: 'yes' },
      'answers.under_18': 'no', 'answers.what_happened': 'the account', 'answers.towns': ['Cardiff / Caerdydd'], 'identity.first_name': 'Enw',
    });
  });

  it('goes on from one that was sent before review, with what was answered copied and the next version of the form', async () => {
    putForm(shortForm(2));
    await syncNow();
    await vi.waitFor(() => expect(contents.row('forms', 'form00000000002')).toBeDefined());
    cut = true;
    const sent = await begin();
    const draft = await openReferralDraft(sent);
    fill(draft, { what_happened: 'the account', first_name: 'Enw' });
    await draft.handIn();
    const earlier = referrals.find(sent)?.referral;
    if (earlier === undefined) throw new Error('not handed in');
    const next = await openReferralDraft(await goOnFrom({ ...earlier, urgent: true }));
    expect([next.base, next.value.codename, next.value.form_version, next.answers['first_name']]).toEqual([null, 'Robin 10', 2, 'Enw']);
    expect(next.value.danger).toBeUndefined();
    expect([...next.copied].sort()).toEqual(Object.keys(next.answers).sort());
  });

  it('keeps answers that are not asked in the draft, and hands in none of them', async () => {
    const draft = await openReferralDraft(await begin());
    fill(draft, { what_happened: 'x', first_name: 'Enw' });
    fill(draft, { consent_nrm: 'no' });
    expect([draft.type, draft.turned, draft.leftOut.map(({ key }) => key)]).toEqual(['dtn', true, ['first_name']]);
    await draft.handIn();
    await syncNow();
    expect(peer.taken[0]?.op.set).toMatchObject({ type: 'dtn', consent: { consent_nrm: 'no' } });
    expect(JSON.stringify(peer.taken[0]?.op)).not.toContain('Enw');
  });

  it('brings an answer back with its question', async () => {
    const draft = await openReferralDraft(await begin());
    fill(draft, { first_name: 'Enw', consent_nrm: 'no' });
    await draft.close();
    const again = await openReferralDraft(draft.id);
    fill(again, { consent_nrm: 'yes' });
    expect([again.type, again.answers['first_name'], again.leftOut]).toEqual(['nrm', 'Enw', []]);
    await again.close();
  });

  it('says what is missing only when it is handed in, in the order of the form', async () => {
    const draft = await openReferralDraft(await begin());
    expect(draft.problems().map(({ field, key }) => [field, key])).toEqual([['answers.what_happened', 'error.required'], ['identity.first_name', 'error.required']]);
    expect(await draft.handIn()).toMatchObject({ ok: false, field: 'answers.what_happened' });
    draft.change({ danger: undefined });
    expect(draft.problems()[0]).toEqual({ field: 'danger', key: 'error.danger_question_answered' });
    await draft.close();
  });

  it('says which answers were copied, until they are changed or read', async () => {
    const draft = await openReferralDraft(await begin({ under_18: 'no', what_happened: 'copied' }, ['under_18', 'what_happened']));
    fill(draft, { what_happened: 'mine' });
    expect(draft.copied).toEqual(['under_18']);
    draft.confirmCopied('under_18');
    await draft.close();
    expect((await openReferralDraft(draft.id)).copied).toEqual([]);
  });

  it('that was returned is handed in answer by answer with what its author saw', async () => {
    const author = session.user?.id;
    peer.putRow('referrals', 'rec00000000000a', {
      type: 'nrm', form: 'nrm', form_version: 1, codename: 'Robin 10', author, state: 'returned', version: 1,
      answers: { under_18: 'no', what_happened: 'old' }, identity: { first_name: 'Enw' }, consent: { consent_nrm: 'yes' },
    });
    await syncNow();
    await vi.waitFor(() => expect(referrals.find('rec00000000000a')?.sync).toBe('needs_you'));
    const draft = await openReferralDraft('rec00000000000a');
    fill(draft, { what_happened: 'new', under_18: 'yes', first_name: 'Enw arall' });
    await draft.close();
    await restart();
    const resumed = await openReferralDraft('rec00000000000a');
    // A row carries no false: that nobody is in danger was said, and is not asked for again.
    expect(resumed.problems().map(({ field }) => field)).not.toContain('danger');
    expect(await resumed.handIn()).toEqual({ ok: true });
    await syncNow();
    const op = peer.taken.at(-1)?.op;
    expect([op?.kind, op?.cmd?.name, op?.set, op?.prev]).toEqual(['patch', 'resubmit',
      { 'answers.what_happened': 'new', 'answers.under_18': 'yes', 'identity.first_name': 'Enw arall', consent: null },
      { 'answers.what_happened': 'old', 'answers.under_18': 'no', 'identity.first_name': 'Enw', consent: { consent_nrm: 'yes' } }]);
  });
});

describe('a draft of a returned referral', () => {
  const row = { type: 'nrm', form: 'nrm', form_version: 1, codename: 'Robin 10', state: 'returned', version: 1, answers: { under_18: 'no', what_happened: 'old', towns: ['Cardiff / Caerdydd'] }, identity: { first_name: 'Enw' }, consent: { consent_nrm: 'yes' } };

  beforeEach(async () => {
    peer.putRow('referrals', 'rec00000000000a', { ...row, author: session.user?.id });
    await syncNow();
    await vi.waitFor(() => expect(referrals.find('rec00000000000a')?.sync).toBe('needs_you'));
    const draft = await openReferralDraft('rec00000000000a');
    fill(draft, { what_happened: 'new' });
    await draft.close();
  });

  it('undoes no withdrawal of consent that came after it was begun', async () => {
    cut = true;
    expect(await withdrawConsent('rec00000000000a', 'They told me so')).toEqual({ ok: true });
    await restart();
    expect(await (await openReferralDraft('rec00000000000a')).handIn()).toEqual({ ok: true });
    expect(referrals.find('rec00000000000a')?.referral).toMatchObject({ consent_withdrawn: true, withdrawn_reason: 'They told me so', answers: { what_happened: 'new' } });
    cut = false;
    await syncNow();
    expect(peer.taken.at(-1)?.op.set).toEqual({ 'answers.what_happened': 'new' });
  });

  it('takes away nothing that came to the record after it was begun', async () => {
    peer.putRow('referrals', 'rec00000000000a', { ...row, author: session.user?.id, council: 'glasfor', chosen_reason: 'Said so.' });
    await syncNow();
    await vi.waitFor(() => expect(referrals.find('rec00000000000a')?.referral.council).toBe('glasfor'));
    await restart();
    expect(await (await openReferralDraft('rec00000000000a')).handIn()).toEqual({ ok: true });
    await syncNow();
    const op = peer.taken.at(-1)?.op;
    expect([op?.set, op?.prev]).toEqual([{ 'answers.what_happened': 'new' }, { 'answers.what_happened': 'old' }]);
  });
});

describe('a draft in two tabs', () => {
  it('does not come back when the other tab has handed it in', async () => {
    const id = await begin();
    const [here, there] = [await openReferralDraft(id), await openReferralDraft(id)];
    fill(here, { what_happened: 'the account', towns: ['Cardiff / Caerdydd'], first_name: 'Enw' });
    expect(await here.handIn()).toEqual({ ok: true });
    fill(there, { what_happened: 'typed too late', towns: ['Cardiff / Caerdydd'], first_name: 'Enw' });
    await expect(there.flush()).rejects.toThrow();
    expect(await there.handIn()).toMatchObject({ ok: false, key: 'error.draft_ended' });
    expect([there.answers['what_happened'], there.isOver, sync.unsaved, contents.drafts.size]).toEqual(['typed too late', true, '', 0]);
    await syncNow();
    expect(peer.taken.map(({ op }) => op.kind)).toEqual(['create']);
  });

  it('keeps the answers about consent of both', async () => {
    const id = await begin({ under_18: 'no' });
    const [here, there] = [await openReferralDraft(id), await openReferralDraft(id)];
    fill(here, { consent_nrm: 'yes' });
    await here.flush();
    const other = { ...form().questions.get('consent_nrm'), key: 'consent_support' } as Question;
    there.answer(other, 'no');
    await there.flush();
    expect(there.value.consent).toEqual({ consent_nrm: 'yes', consent_support: 'no' });
  });
});

it('is handed in as two when a change is too large for one, the command with the second', async () => {
  const long = (letter: string) => letter.repeat(300_000);
  const definition = shortForm(1, {
    sections: [{ id: 'story', title: { en: 'S', cy: 'S' }, sent: true, questions: ['one', 'two'].map((key) => ({ key, type: 'longtext', label: { en: key, cy: key }, store: 'answers', max: 400_000 })) }],
    derived: [],
  });
  putForm(definition);
  const row = { type: 'helpline', form: 'nrm', form_version: 1, codename: 'Robin 10', danger: false, author: session.user?.id, state: 'returned', answers: { one: long('a'), two: long('b') } };
  peer.putRow('referrals', 'rec00000000000a', row);
  await syncNow();
  await vi.waitFor(() => expect(referrals.find('rec00000000000a')).toBeDefined());
  const draft = await openReferralDraft('rec00000000000a');
  fill(draft, { one: long('c'), two: long('d') });
  expect(await draft.handIn()).toEqual({ ok: true });
  await syncNow();
  expect(peer.taken.map(({ op }) => [op.kind, Object.keys(op.set ?? {}), op.cmd?.name])).toEqual([['patch', ['answers.one'], undefined], ['patch', ['answers.two'], 'resubmit']]);
});

describe('a new version of a form', () => {
  const second = shortForm(2, {
    sections: shortForm().sections.map((section) => (section.id !== 'story' ? section : {
      ...section, questions: [{ key: 'account', type: 'longtext', label: { en: 'The account', cy: 'Yr hanes' }, required: true, store: 'answers' }],
    })),
    migrations: [{ from: 1, rename: { what_happened: 'account' }, drop: ['towns'], note: { en: 'Two questions became one.', cy: 'Aeth dau gwestiwn yn un.' } }],
  });

  async function withSecond(retired: boolean): Promise<string> {
    const id = await begin({ under_18: 'no', consent_nrm: 'yes', what_happened: 'x', towns: ['Cardiff / Caerdydd'], first_name: 'Enw' });
    putForm(second);
    if (retired) putForm(shortForm(), true);
    await syncNow();
    await vi.waitFor(() => expect(contents.row('forms', 'form00000000002')).toBeDefined());
    return id;
  }

  it('is offered, and changes nothing before it is taken', async () => {
    const draft = await openReferralDraft(await withSecond(false));
    expect([draft.form?.version, draft.newer?.version, draft.answers['what_happened']]).toEqual([1, 2, 'x']);
    draft.takeNewer();
    expect([draft.form?.version, draft.newer, draft.answers['account'], draft.notes[0]?.text.en, draft.left.map(({ value }) => value)])
      .toEqual([2, undefined, 'x', 'Two questions became one.', [['Cardiff / Caerdydd']]]);
    expect(await draft.handIn()).toEqual({ ok: true });
    await syncNow();
    expect(peer.taken[0]?.op.set).toMatchObject({ form_version: 2, 'answers.account': 'x' });
    expect(peer.taken[0]?.op.set).not.toHaveProperty(['answers.what_happened']);
  });

  it('is taken at once when the old one is retired, and the draft says so', async () => {
    const id = await withSecond(true);
    const draft = await openReferralDraft(id);
    expect([draft.form?.version, draft.notes.length, draft.left.length, draft.answers['first_name']]).toEqual([2, 1, 1, 'Enw']);
    await draft.close();
    expect((await openReferralDraft(id)).notes.length).toBe(1);
  });
});

describe('acts on a referral', () => {
  beforeEach(async () => {
    const own = { type: 'safeguarding_child', author: session.user?.id, agency: 'a', review_agency: 'a', codename: 'Robin 10', child: true, state: 'submitted' };
    peer.putRow('referrals', 'rec00000000000a', own);
    peer.putRow('tasks', 'task00000000001', { of_coll: 'referrals', of_rec: 'rec00000000000a', kind: 'turning_18_90', state: 'open', at_ms: 1, due_at_ms: 2 });
    peer.putRow('notices', 'note00000000001', { kind: 'returned', of_coll: 'referrals', of_rec: 'rec00000000000a', at_ms: 1, state: 'unread' });
    await syncNow();
    await vi.waitFor(() => expect(referrals.find('rec00000000000a')).toBeDefined());
    cut = true;
  });

  it('are kept offline in the order they were made', async () => {
    const told = await disclose({ referral: 'rec00000000000a', what: 'phone', to_name: 'Council', to_kind: 'council', gateway: 'cda_1998_s115', necessity: 'child', proportionality: 'only what is needed' });
    expect(disclosuresOf('rec00000000000a')).toHaveLength(1);
    await move('rec00000000000a', 'mark_sent', { channel: 'phone_then_written', disclosure: told.ok ? told.id : '' });
    expect(referrals.find('rec00000000000a')?.referral).toMatchObject({ state: 'sent', channel: 'phone_then_written' });
    cut = false;
    await syncNow();
    expect(peer.taken.map(({ op }) => [op.coll, op.kind, op.cmd?.name])).toEqual([['disclosures', 'create', undefined], ['referrals', 'cmd', 'mark_sent']]);
  });

  it('are refused without what a disclosure needs, and out of turn', async () => {
    const bare = { referral: 'rec00000000000a', what: 'phone', to_name: 'Council', to_kind: 'council', gateway: 'consent', necessity: ' ', proportionality: 'x' };
    expect(await disclose(bare)).toEqual({ ok: false, key: 'error.required', field: 'necessity' });
    expect(await move('rec00000000000a', 'close')).toEqual({ ok: false, key: 'error.state' });
  });

  it('of a decision alone keep a second one from being made', async () => {
    expect(await move('rec00000000000a', 'clear_hit', { hit: 'h', reason: 'Nobody by that name.' })).toEqual({ ok: true });
    expect(onItsWay('rec00000000000a')).toBe(false);
    expect(await move('rec00000000000a', 'pick_up', {})).toEqual({ ok: true });
    expect(onItsWay('rec00000000000a')).toBe(true);
  });

  it('take consent back without signal, with the reason', async () => {
    expect(await withdrawConsent('rec00000000000a', ' ')).toMatchObject({ ok: false, field: 'reason' });
    expect(await withdrawConsent('rec00000000000a', 'They told me so')).toEqual({ ok: true });
    expect(referrals.find('rec00000000000a')?.referral.consent_withdrawn).toBe(true);
    cut = false;
    await syncNow();
    expect(peer.taken[0]?.op).toMatchObject({ kind: 'patch', set: { consent_withdrawn: true, withdrawn_reason: 'They told me so' } });
  });

  it('tick tasks off and read notices', async () => {
    expect([tasks.of('rec00000000000a').length, notices.unread.length]).toEqual([1, 1]);
    await readNotice('note00000000001');
    expect([notices.unread.length, notices.all.length]).toEqual([0, 1]);
  });
});

it('shows a receiver their own acts on what they were sent', async () => {
  cut = false;
  peer.putRow('packs', 'pack00000000001', { referral: 'rec00000000000b', type: 'victim_support', agency: 'b', to_agency: 'a', state: 'sent', sent_at_ms: 5 });
  await syncNow();
  await vi.waitFor(() => expect(packs.received).toHaveLength(1));
  expect(await move('rec00000000000b', 'acknowledge', { external_ref: 'R1' })).toEqual({ ok: true });
  expect(packs.find('pack00000000001')).toMatchObject({ state: 'acknowledged', external_ref: 'R1' });
});

it('keeps drafts of both kinds apart', async () => {
  const id = await begin();
  const draft = await openDraft();
  draft.set('narrative', 'x');
  await draft.close();
  expect([referrals.mine.map((item) => item.id), encounters.mine.map((item) => item.id)]).toEqual([[id], [draft.id]]);
});
