// A single point of contact sends an approved referral: the disclosure, the pack with its copy buttons and its PDF, the number, the outcomes.
// Then the agency that something was referred to answers it. In both languages, with no violation of WCAG 2.2 AA on the way.
import { AxeBuilder } from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { desk, launch, phone } from './parts/browser.mjs';
import { Person } from './parts/person.mjs';
import { Server, until } from './parts/server.mjs';

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

async function isAccessible(person, where) {
  const { violations } = await new AxeBuilder({ page: person.page }).withTags(tags).setLegacyMode().analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes[0].html.slice(0, 120)}`), []);
}

async function atDesk(role, agency, lang, device = desk) {
  const context = await browser.newContext({ ...device(lang), acceptDownloads: true, permissions: device === desk ? ['clipboard-read', 'clipboard-write'] : [] });
  const person = await Person.in(context, server.url, lang);
  await person.page.clock.install();
  await person.setUp(await server.person(role, agency), 'AB');
  return person;
}

/** Writes a disclosure down and waits until the server has taken it. */
async function disclose(person, what) {
  const { page } = person;
  const another = page.locator('summary', { hasText: person.t('disclosure.another') });
  if (await another.isVisible()) await another.click();
  await page.locator(`input[name=disclosure-what][value=${what}]`).check();
  await page.locator('input[name=disclosure-gateway][value=cda_1998_s115]').check();
  await page.locator('#disclosure-necessity').fill('Without it no decision is made.');
  await page.locator('#disclosure-proportionality').fill('Only what the form asks for is sent.');
  const before = await page.locator('article.app-card').count();
  await person.button('disclosure.button').click();
  await page.locator('article.app-card').nth(before).getByText(person.t('disclosure.approved')).first().waitFor();
}

test('a referral is sent, its number recorded, and its outcomes one after another', { timeout: 120_000 }, async () => {
  const spoc = await atDesk('spoc', 'Glasfor', 'en');
  const { page } = spoc;
  await spoc.menu('nav.send');
  await isAccessible(spoc, 'send');
  await page.getByRole('link', { name: 'swift' }).first().click();
  await spoc.sees('send.first_disclose');

  await spoc.button('disclosure.button').click();
  await page.locator('.govuk-error-summary').waitFor();
  for (const key of ['disclosure.need_gateway', 'disclosure.need_necessity', 'disclosure.need_proportionality']) await spoc.sees(key);
  await disclose(spoc, 'pack');

  await spoc.button('pack.open').click();
  const copies = page.locator('.app-pack__entry button');
  await copies.first().waitFor();
  // It is keyed in from another window, so it stays longer than other screens do.
  await spoc.hides(true);
  await page.clock.fastForward(70_000);
  await spoc.hides(false);
  await copies.first().focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id !== 'copy-0');
  const first = await page.locator('.app-pack__entry .app-prose').first().innerText();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), first);
  assert.equal(await copies.nth(1).evaluate((button) => button === document.activeElement), true, 'the focus is on the next box');
  await isAccessible(spoc, 'pack');
  await spoc.button('pack.close').click();
  await until('the clipboard is empty', () => page.evaluate(async () => (await navigator.clipboard.readText()) === ''));

  await disclose(spoc, 'pdf');
  const [saved] = await Promise.all([page.waitForEvent('download'), spoc.button('pack.pdf_cy').click()]);
  assert.match(await readFile(await saved.path(), 'latin1'), /^%PDF-/);
  assert.match(saved.suggestedFilename(), /^[a-z0-9]{15}-cy\.pdf$/);

  await spoc.button('sent.button').click();
  await spoc.sees('sent.need_number');
  await spoc.field('sent.awaiting').check();
  await spoc.button('sent.button').click();
  await spoc.sees('task_kind.number_awaited');
  await spoc.field('sent.number').fill('NRM-0007');
  await spoc.button('outcomes.add_number_button').click();
  await page.locator('dd', { hasText: 'NRM-0007' }).waitFor();
  await page.getByText(spoc.t('task_kind.number_awaited')).waitFor({ state: 'detached' });

  for (const outcome of ['rg_positive', 'cg_positive']) {
    const folded = page.locator('summary', { hasText: spoc.t('outcomes.record') });
    if (await folded.isVisible()) await folded.click();
    await page.locator(`input[name=outcome-outcome][value=${outcome}]`).check();
    await spoc.button('outcomes.record_button').click();
    await page.locator('td', { hasText: spoc.t(`outcome.${outcome}`) }).waitFor();
  }
  assert.equal(await page.locator('.app-desk tbody tr').count(), 2, 'both outcomes stand');
  await isAccessible(spoc, 'sent');
  assert.deepEqual(spoc.complaints, []);
});

test('an agency answers what was referred to it, and sees nothing else', { timeout: 120_000 }, async () => {
  const helper = await atDesk('supervisor', 'Llwybr', 'cy');
  const { page } = helper;
  await helper.menu('nav.received');
  await isAccessible(helper, 'received');
  await page.getByRole('link', { name: 'cuckoo' }).first().click();
  await helper.sees('received.intro');
  await page.locator('#ack-external_ref').fill('LO-12');
  await helper.button('outcomes.acknowledge_button').click();
  await page.locator('dd', { hasText: 'LO-12' }).waitFor();
  await page.locator('input[name=outcome-outcome][value=engaged]').check();
  await helper.button('outcomes.record_button').click();
  await page.locator('td', { hasText: helper.t('outcome.engaged') }).waitFor();
  await isAccessible(helper, 'received one');
  assert.deepEqual(helper.complaints, []);
});

test('a phone has the desk\'s screens without the copy buttons', { timeout: 120_000 }, async () => {
  const spoc = await atDesk('spoc', 'Glasfor', 'cy', phone);
  const { page } = spoc;
  await spoc.menu('nav.send');
  await page.getByRole('link', { name: 'gannet' }).first().click();
  await spoc.sees('outcomes.record');
  await disclose(spoc, 'pack');
  await spoc.button('pack.open').first().click();
  await spoc.sees('pack.no_copy_here');
  assert.equal(await page.locator('.app-pack__entry button').count(), 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  await isAccessible(spoc, 'pack on a phone');
});
