// What becomes of a referral once it is handed in: read, returned, mended, approved, packed, sent, answered, withdrawn, received.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { agrees, child, declines, form, questionsOf, toCouncil } from './parts/answers.mjs';
import { desk, launch, phone } from './parts/browser.mjs';
import { Hand } from './parts/hand.mjs';
import { Office } from './parts/office.mjs';
import { pdfText } from './parts/pdf.mjs';
import { Person } from './parts/person.mjs';
import { answers, approves, fillsIn, handsReferralIn, opensRow, returns, starts, toList, writesForm } from './parts/referral.mjs';
import { Server, until } from './parts/server.mjs';

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const nrm = form('nrm');
const asked = questionsOf(nrm);
const someone = async (device, more = {}) => Person.in(await browser.newContext({ ...device, ...more }), server.url, device.locale.slice(0, 2));
const close = (...people) => Promise.all(people.map(({ page }) => page.context().close()));
const noComplaints = (...people) => assert.deepEqual(people.flatMap(({ complaints }) => complaints), []);

/** Opens the page of one referral at a desk. */
async function reads(person, menu, path, rec) {
  await person.asksAgain();
  await person.menu(menu);
  await person.page.locator(`a[href="${path}/${rec}"]`).first().click();
  await person.page.locator('h1').first().waitFor();
}

/** Gives a form of the desk, and waits until the server has it. */
async function gives(person, title, button, texts = {}, choices = {}) {
  const fields = await fillsIn(person, title, texts, choices);
  await fields.getByRole('button', { name: person.t(button), exact: true }).click();
}

/** Waits until a field holds a text: what was kept of a form comes a moment after the form. */
const holds = (field, text) => until(`the field holds "${text}"`, async () => (await field.inputValue()) === text);

/** A state as the page's marks show it. */
const shows = (person, state, of = 'state') => person.page.getByText(person.t(`${of}.${state}`), { exact: true }).first().waitFor();

test('an adult who declines becomes a Duty to Notify; a nickname is caught, cleared or mended, cy', { timeout: 240_000 }, async () => {
  const [worker, supervisor] = [await someone(phone('cy')), await someone(desk('cy'))];
  const codename = 'crëyr 82';
  await worker.setUp(await server.person('field', 'Glasfor Police', 0));
  await worker.handsIn({
    narrative: 'Made wedi cwrdd wrth y giât.', codename,
    more: async () => {
      await worker.open('person');
      await worker.choose('field.age_status', 'age_status.adult');
      await worker.field('field.nickname').fill('Blodyn');
    },
  });
  await worker.page.getByText(worker.t('event.version', { n: 1 })).waitFor();
  await worker.link('refer.start').click();
  await starts(worker, 'dtn', async () => {
    await worker.choose('refer.danger_now', 'common.no');
    await worker.choose('refer.consent_nrm', 'common.no');
    await worker.sees('pathway.reason.adult_declines');
    await worker.unfold('refer.closed');
    await worker.sees('error.pathway_nrm_declined');
  });
  const leaky = { ...declines, treatment: 'Roedden nhw yn ei galw yn Blodyn ac yn chwerthin.', exploiters_who: 'Dyn sy’n gwerthu blodyn neu ddau.' };
  const keys = await writesForm(worker, nrm, leaky);
  const names = [...asked.values()].filter(({ store }) => store === 'identity').map(({ key }) => key);
  assert.deepEqual(names.filter((key) => keys.has(key)), [], 'an unnamed notification asks nothing of who the person is');
  await handsReferralIn(worker);
  await worker.page.getByText(worker.t('event.version', { n: 1 })).waitFor();
  const rec = new URL(worker.page.url()).pathname.split('/').pop();

  await supervisor.setUp(await server.person('supervisor', 'Glasfor Police'));
  await reads(supervisor, 'nav.queue', '/refer-review', rec);
  const hit = (key) => supervisor.page.getByRole('article', { name: asked.get(key).label.cy, exact: true });
  for (const [key, words] of [['treatment', 'Blodyn'], ['exploiters_who', 'blodyn']]) assert.equal(await hit(key).locator('mark').innerText(), words);
  await hit('treatment').getByText(supervisor.t('hits.blocks')).waitFor();
  await supervisor.button('review.pick_up').click();
  await approves(supervisor);
  await supervisor.page.getByRole('alert').getByText(supervisor.t('error.dtn_anonymity_clear')).waitFor();
  await hit('exploiters_who').locator('summary').click();
  await hit('exploiters_who').getByLabel(supervisor.t('hits.reason')).fill('Blodyn yw blodyn; nid enw.');
  await hit('exploiters_who').getByRole('button', { name: supervisor.t('hits.clear_button') }).click();
  await hit('exploiters_who').getByText(supervisor.t('hits.cleared'), { exact: true }).waitFor();
  await returns(supervisor, nrm, { codes: ['R11'], keys: ['treatment'], note: 'Mae llysenw yma.' });
  await supervisor.sees('sync.all_in');

  await worker.asksAgain();
  await worker.menu('nav.home');
  await worker.row(codename).filter({ hasText: worker.t('task.returned') }).getByRole('link').click();
  await worker.page.getByText('Mae llysenw yma.').waitFor();
  await worker.sees('code.R11');
  const field = worker.page.getByLabel(asked.get('treatment').label.cy, { exact: true });
  await field.waitFor();
  await field.fill('Roedden nhw yn gweiddi arni.');
  await toList(worker);
  await handsReferralIn(worker, true);
  await worker.page.getByText(worker.t('event.version', { n: 2 })).waitFor();

  await supervisor.asksAgain();
  await hit('treatment').waitFor({ state: 'detached' });
  await supervisor.button('review.pick_up').click();
  await approves(supervisor);
  await supervisor.page.getByRole('listitem').filter({ hasText: supervisor.t('event.approve') }).waitFor();
  await supervisor.sees('sync.all_in');
  noComplaints(worker, supervisor);
  await close(worker, supervisor);
});

test('an adult’s referral is returned, mended, approved, packed, sent, answered and closed, en', { timeout: 240_000 }, async () => {
  const office = await Office.of(server, 'Dyffryn Arian Police');
  const codename = 'heron 83';
  const rec = await office.submits('nrm', 'nrm', { ...agrees, local_ref: codename }, { codename });
  const [worker, supervisor] = [await someone(phone('en')), await someone(desk('en'))];
  await supervisor.setUp(office.supervisor.who);
  await reads(supervisor, 'nav.queue', '/refer-review', rec);
  await supervisor.button('review.pick_up').click();
  await supervisor.sees('refer_review.nothing_missing');
  await returns(supervisor, nrm, { codes: ['R01', 'R03'], keys: ['treatment', 'living_conditions'], note: 'Who has the key?' });
  await supervisor.sees('sync.all_in');

  await worker.setUp(office.author.who);
  await worker.row(codename).filter({ hasText: worker.t('task.returned') }).getByRole('link').click();
  await worker.sees('code.R03');
  await answers(worker, nrm, asked.get('treatment'), 'Shouted at, and locked in at night. The cook has the key.');
  await toList(worker);
  await worker.page.getByText('Who has the key?').waitFor();
  await handsReferralIn(worker, true);
  await worker.page.getByText(worker.t('event.version', { n: 2 })).waitFor();

  await supervisor.asksAgain();
  await supervisor.page.locator('ins').first().waitFor();
  assert.equal((await supervisor.page.locator('ins').allInnerTexts()).join(' ').replace(/\s+/g, ' ').trim(), 'The cook has the key.');
  await supervisor.button('review.pick_up').click();
  await approves(supervisor);
  await supervisor.page.getByRole('listitem').filter({ hasText: supervisor.t('event.approve') }).waitFor();
  await supervisor.sees('sync.all_in');

  const spoc = await someone(desk('en'), { permissions: ['clipboard-read', 'clipboard-write'], acceptDownloads: true });
  await spoc.setUp(office.spoc.who);
  await reads(spoc, 'nav.send', '/send', rec);
  await spoc.sees('send.first_disclose');
  assert.equal(await spoc.button('sent.button').count(), 0, 'nothing leaves before it is written down why');
  await gives(spoc, 'disclosure.first', 'disclosure.button', { 'disclosure.necessity': 'The referral itself.', 'disclosure.proportionality': 'Only what the form asks.' }, { 'disclosure.gateway': 'gateway.msa_2015_s52' });
  await spoc.sees('disclosure.approved');
  await packIsInOrder(spoc);
  await pdfsAreSaved(spoc);

  await gives(spoc, 'sent.title', 'sent.button');
  await spoc.sees('sent.need_number');
  await spoc.page.getByLabel(spoc.t('sent.awaiting'), { exact: true }).check();
  await spoc.button('sent.button').click();
  await spoc.sees('task_kind.number_awaited');
  await gives(spoc, 'outcomes.add_number', 'outcomes.add_number_button', { 'sent.number': 'NRM-000183' });
  await spoc.page.getByText(spoc.t('task_kind.number_awaited')).waitFor({ state: 'detached' });
  await spoc.page.getByText('NRM-000183').first().waitFor();
  await spoc.unfold('outcomes.acknowledge');
  await gives(spoc, 'outcomes.acknowledge', 'outcomes.acknowledge_button');
  await shows(spoc, 'acknowledged');
  for (const [outcome, date] of [['rg_positive', '2026-11-30'], ['cg_positive', '2027-01-20']]) {
    await gives(spoc, 'outcomes.record', 'outcomes.record_button', { 'outcomes.date': date }, { 'outcomes.what': `outcome.${outcome}` });
    await spoc.page.getByRole('table', { name: spoc.t('outcomes.title') }).getByText(spoc.t(`outcome.${outcome}`), { exact: true }).waitFor();
  }
  await spoc.sees('sync.all_in');

  await reads(supervisor, 'nav.queue', '/refer-review', rec);
  await supervisor.link('refer_review.to_send').click();
  await supervisor.unfold('follow.close');
  await gives(supervisor, 'follow.close', 'follow.close_button', {}, { 'follow.retention': 'retention.police_6_years' });
  await shows(supervisor, 'closed');
  await worker.asksAgain();
  await shows(worker, 'closed');
  noComplaints(worker, supervisor, spoc);
  await close(worker, supervisor, spoc);
});

test('what a supervisor and a sender were writing comes through a lock, and is gone once it is given', { timeout: 120_000 }, async () => {
  const office = await Office.of(server, 'Morlan Police');
  const rec = await office.submits('nrm', 'nrm', agrees, { codename: 'curlew 88' });
  const [supervisor, worker] = [await someone(desk('en')), await someone(phone('cy'))];
  const locksItself = async (person) => {
    await person.page.clock.fastForward(121_000);
    await person.locked();
    await person.page.clock.runFor(1_000);
    await person.unlock();
  };
  await supervisor.page.clock.install();
  await supervisor.setUp(office.supervisor.who);
  await reads(supervisor, 'nav.queue', '/refer-review', rec);
  await supervisor.button('review.pick_up').click();
  await supervisor.page.getByRole('radio', { name: supervisor.t('review.return'), exact: true }).check();
  await supervisor.page.getByLabel(supervisor.t('code.R01'), { exact: true }).check();
  await supervisor.page.locator('#note').fill('Who holds the passport?');
  await locksItself(supervisor);
  await holds(supervisor.page.locator('#note'), 'Who holds the passport?');
  assert.ok(await supervisor.page.getByLabel(supervisor.t('code.R01'), { exact: true }).isChecked());
  await supervisor.button('review.button').click();
  await supervisor.sees('review.sent');
  await supervisor.page.clock.runFor(1_000);
  await supervisor.page.reload();
  await supervisor.unlock();
  await shows(supervisor, 'returned');

  const sent = await office.submits('safeguarding_child', 'safeguarding_child', toCouncil, { codename: 'crëyr 89', to_agency: (await Hand.of(server, await server.person('safeguarding_lead', 'Glasfor Council'))).user.agency });
  await worker.page.clock.install();
  await worker.setUp(office.author.who);
  await worker.goes(`/referral/${sent}`);
  await worker.unlock();
  const why = worker.page.getByRole('main').getByLabel(worker.t('disclosure.necessity'), { exact: true }).first();
  await why.fill('Ffoniais y cyngor am dri.');
  await locksItself(worker);
  await holds(why, 'Ffoniais y cyngor am dri.');
  noComplaints(supervisor, worker);
  await close(supervisor, worker);
});

test('the queue begins with a child in danger, whichever list they are in', { timeout: 120_000 }, async () => {
  const office = await Office.of(server, 'Glasfor Police');
  const rec = await office.submits('nrm', 'nrm', child, { codename: 'plover 87', danger: true });
  const supervisor = await someone(phone('cy'));
  await supervisor.setUp(office.supervisor.who);
  await supervisor.menu('nav.queue');
  const rows = supervisor.page.getByRole('main').locator('a[href^="/review/"], a[href^="/refer-review/"]');
  await supervisor.page.locator(`a[href="/refer-review/${rec}"]`).waitFor();
  assert.equal(await rows.first().getAttribute('href'), `/refer-review/${rec}`);
  // Records wait beside it.
  await supervisor.page.locator('a[href^="/review/"]').first().waitFor();
  noComplaints(supervisor);
  await close(supervisor);
});

/** The pack's boxes stand in the order of the form, and a button puts one after the other on the clipboard. */
async function packIsInOrder(spoc) {
  await spoc.button('pack.open').click();
  await spoc.sees('pack.not_submission');
  await spoc.page.getByText('OFFICIAL-SENSITIVE').first().waitFor();
  await spoc.sees('pack.no_gaps');
  const numbered = / \(\d+\)$/; // the boxes of a question with several answers
  const labels = (await spoc.page.locator('.app-pack__label').allInnerTexts()).map((label) => label.replace(numbered, ''));
  assert.ok(labels.length > 50, `${labels.length} boxes`);
  // A question with several ticks has a box for each; otherwise every box bears its question's words, none before its turn.
  const turns = nrm.sections.filter(({ sent }) => sent).flatMap(({ questions }) => questions.map(({ label, options = [] }) => [label, ...options].map(({ en }) => en)));
  let turn = 0;
  for (const label of labels) {
    while (turn < turns.length && !turns[turn].some((words) => label.startsWith(words))) turn++;
    assert.ok(turn < turns.length, `${label} comes in its turn`);
  }
  const local = nrm.sections.filter(({ sent }) => !sent).flatMap(({ questions }) => questions.map(({ label }) => label.en));
  assert.deepEqual(labels.filter((label) => local.includes(label)), [], 'what is ours alone is in no pack');
  const clipboard = () => spoc.page.evaluate(() => navigator.clipboard.readText());
  const copy = (key) => spoc.page.getByRole('button', { name: spoc.t('pack.copy_label', { label: asked.get(key).label.en }), exact: true });
  await copy('birthplace').click();
  assert.equal(await clipboard(), agrees.birthplace);
  await spoc.page.keyboard.press('Enter');
  await until('the next box was copied', async () => (await clipboard()) === agrees.family);
  return spoc.button('pack.close').click();
}

/** The pack on paper, in both languages: a PDF with the answers, the reference, and no more than the reference to name it by. */
async function pdfsAreSaved(spoc) {
  for (const [lang, title] of [['en', 'pack.pdf_en'], ['cy', 'pack.pdf_cy']]) {
    if ((await spoc.button(title).count()) === 0) {
      await spoc.unfold('disclosure.another');
      await gives(spoc, 'disclosure.another', 'disclosure.button', { 'disclosure.necessity': 'On paper.', 'disclosure.proportionality': 'The same.' }, { 'disclosure.what': 'disclosed.pdf', 'disclosure.gateway': 'gateway.msa_2015_s52' });
    }
    const [download] = await Promise.all([spoc.page.waitForEvent('download'), spoc.button(title).click()]);
    const text = pdfText(readFileSync(await download.path()));
    const flat = text.replace(/\s+/g, ' ');
    assert.ok(flat.includes(agrees.birthplace) && flat.includes('The cook has the key.'), `the answers stand in the ${lang} PDF`);
    assert.ok(flat.includes(asked.get('birthplace').label[lang]), `the PDF asks in ${lang}`);
    assert.match(download.suggestedFilename(), /^[a-z0-9]{15}-(en|cy)\.pdf$/);
  }
}

for (const [nth, lang] of ['en', 'cy'].entries()) {
  test(`consent withdrawn offline on the phone stops what is not sent, and is passed on where it is, ${lang}`, { timeout: 240_000 }, async () => {
    const office = await Office.of(server, nth === 0 ? 'Tir Uchel Police' : 'Morlan Police');
    const named = (n) => `${lang === 'en' ? 'wren' : 'dryw'} ${n}`;
    const recs = [];
    for (const n of [84, 85]) recs.push(await office.approved('nrm', 'nrm', { ...agrees, local_ref: named(n) }, { codename: named(n) }));
    for (const rec of recs) await office.disclosed(rec);
    const [before, after] = recs;
    const [worker, spoc] = [await someone(phone(lang)), await someone(desk(lang))];
    await worker.setUp(office.author.who);
    await spoc.setUp(office.spoc.who);

    await reads(spoc, 'nav.send', '/send', after);
    await sends(spoc);
    await spoc.sees('task_kind.number_awaited');
    await spoc.sees('sync.all_in');

    await worker.page.context().setOffline(true);
    await reads(spoc, 'nav.send', '/send', before);
    for (const n of [84, 85]) {
      await worker.menu('nav.home');
      await opensRow(worker, named(n));
      await worker.unfold('refer.withdraw_consent');
      await worker.field('refer.withdraw_consent_reason').fill('She phoned and said no.');
      await worker.button('refer.withdraw_consent_button').click();
      await worker.sees('refer.consent_withdrawn');
    }
    await worker.sees('sync.offline_waiting', { n: 2 });
    await worker.page.context().setOffline(false);
    await worker.sees('sync.all_in');

    await sends(spoc);
    await spoc.sees('send.withdrawn_before');
    await shows(spoc, 'withdrawn');
    assert.equal((await office.spoc.sees('referrals', before)).state, 'withdrawn', 'the send that came second was not taken');
    assert.equal(await spoc.button('sent.button').count(), 0);
    // It was keyed in all the same: whoever was told, and the number they gave, is not lost.
    await spoc.field('sent.number').fill('NRM-84');
    await gives(spoc, 'follow.withdraw', 'follow.withdraw_button', { 'follow.told': 'SCA', 'view.reason': 'Keyed in before the word came.' });
    await shows(spoc, 'withdrawn_external');
    await until('the number stands', async () => (await office.spoc.sees('referrals', before)).external_ref === 'NRM-84');

    await reads(spoc, 'nav.send', '/send', after);
    await spoc.sees('send.withdrawn_after');
    await spoc.sees('task_kind.tell_body');
    await gives(spoc, 'follow.withdraw', 'follow.withdraw_button', { 'view.reason': 'The person said no.' });
    await shows(spoc, 'withdrawn_external');
    await worker.asksAgain();
    await shows(worker, 'withdrawn_external');
    noComplaints(worker, spoc);
    await close(worker, spoc);
  });
}

/** Records that it was sent, with the number awaited. */
async function sends(spoc) {
  await spoc.page.getByLabel(spoc.t('sent.awaiting'), { exact: true }).check();
  await spoc.button('sent.button').click();
}

test('a council sees what was referred to it and nothing else, acknowledges, and records an outcome, cy', { timeout: 240_000 }, async () => {
  const office = await Office.of(server, 'Glasfor Police', { nth: 1 });
  const lead = await server.person('safeguarding_lead', 'Glasfor Council');
  const council = await Hand.of(server, lead);
  const codename = 'siglen 86';
  const secret = 'Wedi ffonio am dri o’r gloch.';
  const rec = await office.submits('safeguarding_child', 'safeguarding_child', { ...toCouncil, safeguarding_ref: secret }, { codename, to_agency: council.user.agency, language: 'cy' });
  const [worker, hub] = [await someone(phone('cy')), await someone(desk('cy'))];
  await worker.setUp(office.author.who);
  await opensRow(worker, codename);
  const send = worker.page.getByRole('main');
  await send.getByLabel(worker.t('refer.awaiting'), { exact: true }).check();
  // A call before review asks for the same, further down.
  await send.getByLabel(worker.t('disclosure.necessity'), { exact: true }).first().fill('Plentyn heb neb.');
  await send.getByLabel(worker.t('disclosure.proportionality'), { exact: true }).first().fill('Dim mwy na’r ffurflen.');
  await worker.button('refer.send_button').click();
  await shows(worker, 'sent');
  await worker.sees('sync.all_in');

  await hub.setUp(lead);
  await hub.menu('nav.received');
  const row = hub.page.getByRole('row').filter({ hasText: codename });
  assert.ok(!(await row.innerText()).includes(toCouncil.first_name), 'no name on a list');
  await row.getByText('Heddlu Glasfor (DEMO)').waitFor();
  await row.getByRole('link').click();
  await hub.page.getByText(toCouncil.account).waitFor();
  assert.equal(await hub.page.getByText(toCouncil.first_name, { exact: true }).count(), 0, 'a name is sealed until asked for');
  await hub.button('reveal.button_identity').click();
  await hub.page.getByText(toCouncil.first_name, { exact: true }).waitFor();
  await council.pulls();
  const kinds = [...council.rows.entries()].filter(([, line]) => JSON.stringify(line.d).includes(rec)).map(([name]) => name.split('/')[0]);
  assert.deepEqual([...new Set(kinds)], ['packs'], 'the council has the pack, and no row of the referral');
  await gives(hub, 'received.acknowledge', 'outcomes.acknowledge_button', { 'received.number': 'HYB-86' });
  await shows(hub, 'acknowledged', 'received_state');
  await gives(hub, 'outcomes.record', 'outcomes.record_button', {}, { 'outcomes.what': 'outcome.strategy_discussion' });
  await shows(hub, 'outcome_recorded');
  await hub.sees('sync.all_in');
  await worker.asksAgain();
  await shows(worker, 'outcome_recorded');
  await worker.sees('outcome.strategy_discussion');
  noComplaints(worker, hub);
  await close(worker, hub);
});

test('what cannot wait is sent with who was phoned, and countersigned, en', { timeout: 240_000 }, async () => {
  const [worker, supervisor] = [await someone(phone('en')), await someone(desk('en'))];
  await worker.setUp(await server.person('field', 'Glasfor Police', 2));
  await worker.link('refer.start').click();
  await starts(worker, 'nrm', async () => {
    await worker.choose('refer.person_known', 'common.yes');
    await worker.choose('field.age_status', 'age_status.child');
    await worker.choose('refer.danger_now', 'common.yes');
    await worker.sees('danger.cannot_call');
  });
  const few = ['first_name', 'under_18', 'emergency_called', 'what_they_had_to_do'];
  await writesForm(worker, nrm, Object.fromEntries(few.map((key) => [key, child[key]])), ['responder', 'background', 'insight', 'location', 'exploiters', 'decision']);
  await handsReferralIn(worker);
  await worker.sees('common.error_title');
  await worker.button('refer.urgent_open').click();
  await worker.sees('refer.urgent_phone_first');
  await worker.button('refer.urgent_button').click();
  await worker.sees('common.error_title');
  await worker.field('disclosure.phoned').fill('Duty inspector');
  await worker.field('disclosure.necessity').fill('A child is locked in.');
  await worker.field('disclosure.proportionality').fill('Only where and who.');
  // Making the call hides the page, which locks it; what was written of the call is still there.
  await Promise.all([worker.page.waitForEvent('load'), worker.hides(true)]);
  await worker.locked();
  await worker.unlock();
  await worker.sees('refer.urgent_phone_first');
  await holds(worker.field('disclosure.phoned'), 'Duty inspector');
  await holds(worker.field('disclosure.necessity'), 'A child is locked in.');
  await worker.button('refer.urgent_button').click();
  await shows(worker, 'sent_urgent');
  await worker.sees('sync.all_in');
  const rec = new URL(worker.page.url()).pathname.split('/').pop();

  await supervisor.setUp(await server.person('supervisor', 'Glasfor Police'));
  await reads(supervisor, 'nav.queue', '/refer-review', rec);
  await supervisor.button('refer_review.countersign').click();
  await shows(supervisor, 'sent');
  await supervisor.sees('sync.all_in');
  await worker.asksAgain();
  await shows(worker, 'sent');

  // What went stays as it went. The rest is written in a new one, which begins with what was answered and is found from the first.
  await worker.button('refer.rest_button').click();
  await worker.page.getByText(worker.t('refer.list_intro')).waitFor();
  const next = new URL(worker.page.url()).pathname;
  assert.equal(next.includes(rec), false);
  await handsReferralIn(worker);
  await worker.sees('common.error_title');
  await worker.goes(`/referral/${rec}`);
  await worker.unlock();
  await worker.link('refer.rest_begun').click();
  await worker.page.waitForURL(server.url + next.replace('/edit', ''));
  await worker.link('view.edit').click();
  await writesForm(worker, nrm, child);
  await handsReferralIn(worker);
  await shows(worker, 'submitted');
  await worker.sees('sync.all_in');
  noComplaints(worker, supervisor);
  await close(worker, supervisor);
});

test('what a telephone call began is written in full, and takes the place of the call, cy', { timeout: 120_000 }, async () => {
  const office = await Office.of(server, 'Tir Uchel Police');
  const { user: lead } = await Hand.of(server, await server.person('safeguarding_lead', 'Glasfor Council'));
  const rec = await office.submits('safeguarding_child', 'safeguarding_child', toCouncil, { codename: 'gwylan 91', to_agency: lead.agency, danger: true });
  const worker = await someone(phone('cy'));
  await worker.setUp(office.author.who);
  await opensRow(worker, 'gwylan 91');
  // Two forms of this page ask for the ground: what is sent now, and what was told by telephone.
  await worker.unfold('refer.urgent');
  const call = worker.page.locator('details[open]');
  for (const [key, text] of [['disclosure.phoned', 'Y tîm dyletswydd'], ['disclosure.necessity', 'Plentyn dan glo.'], ['disclosure.proportionality', 'Ble a phwy.']]) {
    await call.getByLabel(worker.t(key), { exact: true }).fill(text);
  }
  assert.equal(await worker.page.locator('#s-necessity').inputValue(), '');
  await worker.button('refer.urgent_button').click();
  await shows(worker, 'sent_urgent');
  await worker.sees('sync.all_in');

  await worker.button('refer.rest_button').click();
  await worker.page.getByText(worker.t('refer.list_intro')).waitFor();
  await handsReferralIn(worker);
  await shows(worker, 'submitted');
  await worker.sees('sync.all_in');
  const next = new URL(worker.page.url()).pathname.split('/').pop();
  assert.notEqual(next, rec);
  await office.author.pulls();
  const { answers, identity } = office.author.rows.get(`referrals/${next}`).d;
  assert.deepEqual([answers.account, identity.first_name], [toCouncil.account, toCouncil.first_name]);

  await worker.goes(`/referral/${rec}`);
  await worker.unlock();
  await worker.button('refer.replace').click();
  await shows(worker, 'superseded');
  await worker.sees('sync.all_in');
  assert.equal(await worker.button('refer.rest_button').count(), 0);
  await office.author.pulls();
  assert.equal(office.author.rows.get(`referrals/${rec}`).d.superseded_by, next);
  noComplaints(worker);
  await close(worker);
});
