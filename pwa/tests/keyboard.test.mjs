// A record made and reviewed with the keyboard alone: every step by Tab, Space, Enter, arrows and typing, the focus always in sight.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { form, optionsOf } from './parts/answers.mjs';
import { desk, launch } from './parts/browser.mjs';
import { Person, sign } from './parts/person.mjs';
import { Server } from './parts/server.mjs';

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const mostSteps = 400;

/** Where the focus is: what it is called, and whether a person can see that it is there. */
const focused = (page) => page.evaluate(() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const group = at.closest('fieldset')?.querySelector('legend')?.textContent ?? '';
  const name = at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent;
  const { width, height } = at.getBoundingClientRect();
  // Inside a date and time the browser marks the part that is next.
  const marked = at.type === 'datetime-local' || style.outlineStyle !== 'none' || style.boxShadow !== 'none' || getComputedStyle(at.nextElementSibling ?? at, '::before').boxShadow !== 'none';
  return { tag: at.tagName, name: name.trim().replace(/\s+/g, ' '), group: group.trim(), placed: at.tabIndex < 0, marked: marked && width > 0 && height > 0 };
});

/** Tabs on until the focus is on what is called so, in a group if one is given. The focus may never be lost or unseen on the way. */
async function tabTo({ page }, name, group = '', key = 'Tab') {
  for (let step = 0; step < mostSteps; step++) {
    await page.keyboard.press(key);
    const at = await focused(page);
    if (at.tag === 'BODY') continue; // Past the last one; the browser's own bar comes next.
    if (at.placed) continue; // The app put it on a heading, for what has just changed; the next key goes on from there.
    assert.ok(at.marked, `the focus shows on ${at.tag} ${at.name}`);
    if (at.name.startsWith(name) && at.group.startsWith(group)) return;
  }
  assert.fail(`the keyboard never reached ${group} ${name}`);
}

async function press(person, name, { group = '', key = 'Enter', by = 'Tab' } = {}) {
  await tabTo(person, name, group, by);
  await person.page.keyboard.press(key);
}

async function write(person, name, text) {
  await tabTo(person, name);
  await person.page.keyboard.type(text);
}

/** Chooses in a group of radio buttons: tabs to the group, and down to the answer. */
async function pick(person, group, downs) {
  await tabTo(person, '', group);
  for (let down = 0; down < downs; down++) await person.page.keyboard.press('ArrowDown');
  if (downs === 0) await person.page.keyboard.press('Space');
}

/** Signs in and sets up without a mouse. */
async function setUp(person, who) {
  await person.goes('/');
  await person.sees('sign_in.demo_title');
  await write(person, person.t('sign_in.email'), who.email);
  await write(person, person.t('sign_in.password'), who.password);
  await person.page.keyboard.press('Enter');
  await person.heading('enrol.title').waitFor();
  await write(person, person.t('enrol.passphrase'), 'dwr haul mynydd saith');
  await write(person, person.t('enrol.again'), 'dwr haul mynydd saith');
  await write(person, person.t('enrol.initials'), 'AB');
  await person.page.keyboard.press('Enter');
  await person.atHome();
  await person.sees('sync.all_in');
}

test('a record is made and handed in with the keyboard alone', { timeout: 120_000 }, async () => {
  const worker = await Person.in(await browser.newContext(desk('en')), server.url, 'en');
  await setUp(worker, await server.person('field', 'Glasfor Police'));
  await press(worker, worker.t('nav.new'));
  await worker.heading('record.new').waitFor();
  await press(worker, worker.t('basis.seen'), { group: sign('GEN-01', 'en'), key: 'Space' });
  await press(worker, worker.t('section.story'));
  await write(worker, worker.t('field.narrative'), 'Written with no mouse.');
  await press(worker, worker.t('section.risk'));
  await tabTo(worker, worker.t('risk.low'), worker.t('field.risk'));
  for (let down = 0; down < 2; down++) await worker.page.keyboard.press('ArrowDown');
  await tabTo(worker, worker.t('field.codename'));
  await worker.page.keyboard.press('Control+A');
  await worker.page.keyboard.type('plover 60');
  await press(worker, worker.t('check.button'));
  await worker.heading('view.title', { name: 'plover 60' }).waitFor();
  await worker.page.getByText('Written with no mouse.').waitFor();
  await worker.page.getByText(worker.t('risk.high'), { exact: true }).waitFor();
  await worker.page.getByText(worker.t('event.version', { n: 1 })).waitFor();
});

test('a record is read, picked up and returned with the keyboard alone', { timeout: 120_000 }, async () => {
  const supervisor = await Person.in(await browser.newContext(desk('en')), server.url, 'en');
  await setUp(supervisor, await server.person('supervisor', 'Glasfor Police'));
  await press(supervisor, supervisor.t('nav.queue'));
  await supervisor.sees('queue.order');
  await press(supervisor, 'plover 60');
  await supervisor.heading('review.title', { name: 'plover 60' }).waitFor();
  await press(supervisor, supervisor.t('review.pick_up'));
  await supervisor.page.getByRole('radio', { name: supervisor.t('review.approve') }).waitFor();
  await tabTo(supervisor, supervisor.t('review.approve'), supervisor.t('review.decision'));
  await supervisor.page.keyboard.press('ArrowDown');
  await press(supervisor, supervisor.t('code.R03'), { group: supervisor.t('review.codes'), key: 'Space' });
  await write(supervisor, supervisor.t('review.note_return'), 'Who saw it?');
  await press(supervisor, supervisor.t('review.button'));
  await supervisor.page.getByText('Who saw it?').waitFor();
  await supervisor.sees('sync.all_in');
  // Back the way it came, from where the decision left the focus.
  await press(supervisor, supervisor.t('nav.home'), { by: 'Shift+Tab' });
  await supervisor.heading('home.title').waitFor();
});

const ictg = form('ictg');
const given = {
  person_language: 'English', first_name: 'Marged', la_name: 'Newport City Council', la_phone: '01632 960111', living_with: 'not_sure', missing: 'no',
  account: 'Written with no mouse.', nrm_made: 'yes', fr_phone: '01632 960100',
};

/** Answers one question of a form by its own words. */
async function answer(person, question) {
  const [label, value] = [question.label.en, given[question.key]];
  if (value === undefined) return;
  if (question.type === 'radio') return pick(person, label, optionsOf(ictg, question).findIndex((option) => option.value === value));
  await write(person, label, value);
  if (question.type === 'select') await person.page.keyboard.press('Enter');
}

test('a referral is made, reviewed and sent with the keyboard alone', { timeout: 240_000 }, async () => {
  const [worker, supervisor, spoc] = await Promise.all([0, 1, 2].map(async () => Person.in(await browser.newContext(desk('en')), server.url, 'en')));
  await setUp(worker, await server.person('field', 'Glasfor Police', 1));
  await press(worker, worker.t('refer.start'));
  await worker.heading('refer.start').waitFor();
  await pick(worker, worker.t('refer.person_known'), 0);
  await pick(worker, worker.t('field.age_status'), 2);
  await pick(worker, worker.t('refer.danger_now'), 1);
  await press(worker, `${worker.t('refer.choose')}: ${worker.t('pathway.ictg')}`);
  await press(worker, worker.t('refer.begin'));
  await worker.sees('refer.list_intro');
  const codename = await worker.page.locator('.govuk-caption-l').innerText();
  const consent = (question) => question.store === 'consent';
  await press(worker, worker.t('refer.consent'));
  await worker.heading('refer.consent').waitFor();
  for (const section of ictg.sections) for (const question of section.questions.filter(consent)) await answer(worker, question);
  await press(worker, worker.t('refer.go_on'));
  for (const section of ictg.sections) {
    await press(worker, section.title.en);
    await worker.page.getByRole('heading', { name: section.title.en, exact: true }).waitFor();
    for (const question of section.questions.filter((one) => !consent(one))) await answer(worker, question);
    await press(worker, worker.t('refer.go_on'));
    await worker.sees('refer.list_intro');
  }
  await press(worker, worker.t('refer.check'));
  await worker.heading('refer.check').waitFor();
  await press(worker, worker.t('refer.hand_in'));
  await worker.page.getByText(worker.t('event.version', { n: 1 })).waitFor();

  await setUp(supervisor, await server.person('supervisor', 'Glasfor Police'));
  await press(supervisor, supervisor.t('nav.queue'));
  await supervisor.sees('queue.order');
  await press(supervisor, codename);
  await supervisor.heading('review.title', { name: codename }).waitFor();
  await press(supervisor, supervisor.t('review.pick_up'));
  await supervisor.page.getByRole('radio', { name: supervisor.t('review.approve') }).waitFor();
  await pick(supervisor, supervisor.t('review.decision'), 0);
  await press(supervisor, supervisor.t('review.button'));
  await supervisor.page.getByRole('listitem').filter({ hasText: supervisor.t('event.approve') }).waitFor();
  await supervisor.sees('sync.all_in');

  await setUp(spoc, await server.person('spoc', 'Glasfor Police'));
  await press(spoc, spoc.t('nav.send'));
  await spoc.sees('send.order');
  await press(spoc, codename);
  await spoc.sees('send.first_disclose');
  await write(spoc, spoc.t('disclosure.to'), 'Guardian service');
  await pick(spoc, spoc.t('disclosure.gateway'), 2);
  await write(spoc, spoc.t('disclosure.necessity'), 'A guardian is needed.');
  await write(spoc, spoc.t('disclosure.proportionality'), 'Only what the form asks.');
  await press(spoc, spoc.t('disclosure.button'));
  await spoc.sees('disclosure.approved');
  await pick(spoc, spoc.t('sent.channel'), 1);
  await press(spoc, spoc.t('sent.awaiting'), { key: 'Space' });
  await press(spoc, spoc.t('sent.button'));
  await spoc.sees('task_kind.number_awaited');
  await spoc.page.getByText(spoc.t('state.sent'), { exact: true }).first().waitFor();
});
