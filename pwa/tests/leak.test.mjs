// Words typed into every field of a record are searched for everywhere a phone, a desk and the server keep anything.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { child, form } from './parts/answers.mjs';
import { desk, launch, launchOn, phone } from './parts/browser.mjs';
import { passphrase, Person } from './parts/person.mjs';
import { approves, handsReferralIn, opensRow, starts, writesForm } from './parts/referral.mjs';
import { searchBrowser, searchFolder, searchMemory } from './parts/search.mjs';
import { Server } from './parts/server.mjs';

let server, desks, folder, context, worker, supervisor, spoc;
const lines = [];
before(async () => {
  [server, desks] = await Promise.all([Server.start(), launch()]);
  folder = mkdtempSync(join(tmpdir(), 'noddfa-phone-'));
  context = await launchOn(folder, phone('en'));
  worker = await Person.in(context, server.url, 'en');
  supervisor = await Person.in(await desks.newContext(desk('en')), server.url, 'en');
  spoc = await Person.in(await desks.newContext(desk('en')), server.url, 'en');
  for (const { page } of [worker, supervisor, spoc]) page.on('console', (line) => lines.push(line.text()));
});
after(async () => {
  await Promise.all([context?.close().catch(() => undefined), desks?.close(), server?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

// Both are in the narrative and the name; one has letters that are two bytes in one spelling and one in another.
const markers = ['Gwrachen', 'tŷ-Hafgan'];
const words = [...markers, '07700 900417', 'gwiber@example.net', passphrase];
const texts = { tel: '07700 900417', email: 'gwiber@example.net' };

/** Writes the markers into every line and box of the form, whatever it asks for. */
async function writeEverywhere(page) {
  for (const section of ['story', 'person', 'risk', 'contact']) await worker.open(section);
  await worker.choose('contact.may', 'contact.may_through');
  await page.locator('#s-danger').click();
  await worker.choose('danger.called', 'danger.called_yes');
  const fields = page.locator('main').locator('input[type=text], input[type=search], input[type=tel], input[type=email], textarea, input:not([type])');
  let count = 0;
  for (const field of await fields.all()) {
    if (['f-codename', 'sign-search'].includes(await field.getAttribute('id'))) continue;
    await field.fill(texts[await field.getAttribute('inputmode')] ?? `${markers.join(' ')} ${++count}`);
  }
  assert.ok(count >= 15, `the form has many fields, ${count} were found`);
}

test('a draft, a waiting operation and a delivered record lie on the phone in no readable form', { timeout: 90_000 }, async () => {
  await worker.setUp(await server.person('field', 'Glasfor Police'));
  await context.setOffline(true);
  await worker.menu('nav.new');
  await writeEverywhere(worker.page);
  await worker.saved();
  assert.deepEqual(await searchBrowser(worker.page, words), [], 'while it is a draft');

  await worker.field('field.codename').fill('kite 40');
  await worker.button('check.button').click();
  await worker.sees('sync.offline_waiting', { n: 1 });
  assert.deepEqual(await searchBrowser(worker.page, words), [], 'while it waits');
  await context.setOffline(false);
  await worker.page.getByText(worker.t('event.version', { n: 1 })).waitFor();
  assert.deepEqual(await searchBrowser(worker.page, words), [], 'once it is delivered');
  assert.deepEqual(await searchMemory(worker.page, [markers[0]]), [markers[0]], 'the search of the memory finds what is on the screen');
});

test('a desk that reads, reveals and decides keeps nothing readable', { timeout: 60_000 }, async () => {
  await supervisor.setUp(await server.person('supervisor', 'Glasfor Police'));
  await supervisor.menu('nav.queue');
  await supervisor.row('kite 40').getByRole('link').click();
  for (const what of ['identity', 'contact']) await supervisor.button(`reveal.button_${what}`).click();
  await supervisor.page.getByText(markers[1]).nth(3).waitFor();
  await supervisor.button('review.pick_up').click();
  await supervisor.page.getByRole('radio', { name: supervisor.t('review.return') }).check();
  await supervisor.page.locator('#note').fill(markers.join(' '));
  await supervisor.saved();
  assert.deepEqual(await searchBrowser(supervisor.page, words), [], 'while it is being written');
  await supervisor.decides('return', { codes: ['R01'], note: markers.join(' ') });
  await supervisor.sees('sync.all_in');
  assert.deepEqual(await searchBrowser(supervisor.page, words), []);
});

// The markers in every answer of a person's own words, in their name, and in the ways to reach the worker.
const nrm = form('nrm');
const marked = (question) => ['text', 'longtext'].includes(question.type) && child[question.key] !== undefined && question.key !== 'local_ref';
const leaky = { ...child, fr_phone: texts.tel, fr_email: texts.email, ...Object.fromEntries(nrm.sections.flatMap(({ questions }) => questions.filter(marked).map(({ key }) => [key, markers.join(' ')]))) };

/** What stands where others may look: lists, the title, the address. */
async function namesNobody({ page }) {
  const seen = await page.evaluate(() => [document.title, location.href, document.querySelector('main').innerText].join(' '));
  assert.deepEqual(words.filter((word) => seen.includes(word)), []);
}

test('a referral lies on the phone in no readable form, and no list names anybody', { timeout: 180_000 }, async () => {
  await worker.menu('nav.home');
  await worker.link('refer.start').click();
  await starts(worker, 'nrm', async () => {
    await worker.choose('refer.person_known', 'common.yes');
    await worker.choose('field.age_status', 'age_status.child');
    await worker.choose('refer.danger_now', 'common.no');
  });
  const codename = await worker.page.locator('.govuk-caption-l').innerText();
  await context.setOffline(true);
  await writesForm(worker, nrm, leaky);
  await worker.saved();
  await namesNobody(worker);
  assert.deepEqual(await searchBrowser(worker.page, words), [], 'while it is a draft');
  await handsReferralIn(worker);
  await worker.sees('sync.offline_waiting', { n: 1 });
  assert.deepEqual(await searchBrowser(worker.page, words), [], 'while it waits');
  await context.setOffline(false);
  await worker.page.getByText(worker.t('event.version', { n: 1 })).waitFor();
  assert.deepEqual(await searchBrowser(worker.page, words), [], 'once it is delivered');
  await worker.menu('nav.home');
  await worker.row(codename).first().waitFor();
  await namesNobody(worker);

  await supervisor.asksAgain();
  await supervisor.menu('nav.queue');
  await supervisor.page.getByRole('link', { name: codename }).first().waitFor();
  await namesNobody(supervisor);
  await opensRow(supervisor, codename);
  await supervisor.button('reveal.button_identity').click();
  await supervisor.button('review.pick_up').click();
  await approves(supervisor);
  await supervisor.page.getByRole('listitem').filter({ hasText: supervisor.t('event.approve') }).waitFor();
  await supervisor.sees('sync.all_in');
  assert.deepEqual(await searchBrowser(supervisor.page, words), []);

  await spoc.setUp(await server.person('spoc', 'Glasfor Police'));
  await spoc.menu('nav.send');
  await spoc.page.getByRole('link', { name: codename }).first().waitFor();
  await namesNobody(spoc);
  await opensRow(spoc, codename);
  await spoc.page.getByLabel(spoc.t('gateway.msa_2015_s52'), { exact: true }).check();
  for (const why of ['disclosure.necessity', 'disclosure.proportionality']) await spoc.field(why).fill(markers.join(' '));
  await spoc.button('disclosure.button').click();
  await spoc.button('pack.open').click();
  await spoc.sees('pack.not_submission');
  assert.deepEqual(await searchBrowser(spoc.page, words), [], 'a pack is kept nowhere');
  assert.deepEqual(await searchMemory(spoc.page, [markers[0]]), [markers[0]], 'and it was on the screen');
});

test('after the lock nothing readable is left, not in storage, not in memory, not in the console', { timeout: 60_000 }, async () => {
  for (const person of [worker, supervisor, spoc]) {
    await person.locksNow();
    assert.deepEqual(await searchBrowser(person.page, words), []);
    assert.deepEqual(await searchMemory(person.page, words), []);
  }
  assert.deepEqual(lines.filter((line) => words.some((word) => line.includes(word))), []);
});

test('no file of the browser holds a word, and the search would see one', { timeout: 60_000 }, async () => {
  const slot = await worker.page.evaluate(async () => (await indexedDB.databases()).map((db) => db.name).find((name) => name !== 'noddfa-profiles'));
  assert.notDeepEqual(await searchBrowser(worker.page, [slot.replace('noddfa-', '')]), []);
  await context.close();
  assert.deepEqual(searchFolder(folder, words), []);
  assert.notDeepEqual(searchFolder(folder, [slot.replace('noddfa-', '')]), []);
});

test('no database, log, output or backup of the server holds a word', { timeout: 60_000 }, async () => {
  await server.admin('POST', '/api/backups', { name: 'leak.zip' });
  await server.finish();
  assert.deepEqual(searchFolder(server.data, words), []);
  assert.deepEqual(words.filter((word) => server.output.includes(word)), []);

  const row = 'indicators'; // The name of a table, which stands in clear wherever the database does.
  const seen = searchFolder(server.data, [row, '/api/noddfa/push']);
  for (const place of ['data.db: ', 'leak.zip!data.db: ', 'auxiliary.db: ']) assert.ok(seen.some((hit) => hit.includes(place)), `${place} is searched: ${seen.join(', ')}`);
});
