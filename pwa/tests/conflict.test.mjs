// Two versions of one answer, a decision that came second, and work that was not taken in: a person settles each, and nothing disappears.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, launch, phone } from './parts/browser.mjs';
import { Person } from './parts/person.mjs';
import { Server, until } from './parts/server.mjs';

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const person = async (device) => Person.in(await browser.newContext(device), server.url, device.locale.slice(0, 2));
const close = (...people) => Promise.all(people.map(({ page }) => page.context().close()));
const first = 'The van comes at six.';
const mine = 'The white van comes at six.';
const theirs = 'The van comes at half past six.';

/** The card under Needs you that speaks of what happened in a record. */
const card = (who, codename) => who.page.getByRole('article', { name: `${codename}: ${who.t('field.narrative')}` });

/** A second hand-in of a record that is in already says so; its author has seen it. */
async function seesSecondHandIn(who) {
  await who.button('conflict.understood').click();
  await who.button('conflict.understood').waitFor({ state: 'detached' });
}

/** The server took the answers: they are handed in, and nothing asks about the record again. */
async function settled(who, codename) {
  await who.sees('sync.all_in');
  await until('nothing asks about the record', async () => (await who.page.getByRole('article').filter({ hasText: codename }).count()) === 0);
}

/** Opens a record by its code-name from the list of records, not from the list of tasks. */
async function opens(who, path) {
  await who.menu('nav.home');
  await who.page.locator(`a[href="${path}"]`).first().click();
  await who.page.locator('h1').first().waitFor();
}

async function reviews(supervisor, path) {
  await supervisor.asksAgain();
  await supervisor.menu('nav.queue');
  await supervisor.page.locator(`a[href="${path.replace('record', 'review')}"]`).click();
}

/** Changes the narrative of a returned record and hands it in again. */
async function mends(who, codename, text) {
  await who.menu('nav.home');
  await who.row(codename).filter({ hasText: who.t('task.returned') }).getByRole('link').click();
  await who.open('story');
  await who.field('field.narrative').fill(text);
  await who.saved();
  await who.button('check.button_again').click();
  await who.heading('view.title', { name: codename }).waitFor();
}

/** A returned record, on two devices of its author; the second, without signal, changes it too. Gives everyone and the record's path. */
async function changedTwice(lang, codename) {
  const [handheld, tablet, supervisor] = [await person(phone(lang)), await person(desk(lang)), await person(desk(lang))];
  const who = await server.person('field', 'Glasfor Police', lang === 'en' ? 0 : 1);
  await handheld.setUp(who);
  const path = await handheld.handsIn({ narrative: first, codename });
  await handheld.page.getByText(handheld.t('event.version', { n: 1 })).waitFor();
  await supervisor.setUp(await server.person('supervisor', 'Glasfor Police'));
  await reviews(supervisor, path);
  await supervisor.button('review.pick_up').click();
  await supervisor.decides('return', { codes: ['R13'], fields: ['narrative'], note: 'Which van?' });
  await supervisor.sees('sync.all_in');
  await tablet.setUp(who, 'CD');
  await handheld.asksAgain();

  await tablet.page.context().setOffline(true);
  await mends(tablet, codename, theirs);
  await tablet.sees('sync.offline_waiting', { n: 1 });
  await mends(handheld, codename, mine);
  await handheld.page.getByText(handheld.t('event.version', { n: 2 })).waitFor();
  return { handheld, tablet, supervisor, path };
}

/** Both values stand side by side with the words that differ marked. */
async function bothStand(who, codename) {
  const shown = card(who, codename);
  await shown.waitFor();
  const text = (await shown.innerText()).replace(/\s+/g, ' ');
  for (const value of [mine, theirs]) assert.ok(text.includes(value), `${value} is shown in: ${text}`);
  assert.equal((await shown.locator('del').allInnerTexts()).join('').trim(), 'white');
  assert.equal((await shown.locator('ins').allInnerTexts()).join(' ').replace(/\s+/g, ' ').trim(), 'half past');
}

for (const lang of ['en', 'cy']) {
  test(`two devices of one author change the same answer, ${lang}`, { timeout: 120_000 }, async () => {
    const codename = lang === 'en' ? 'wagtail 61' : 'siglen 61';
    const { handheld, tablet, supervisor, path } = await changedTwice(lang, codename);
    await tablet.page.context().setOffline(false);
    await tablet.menu('nav.attention');
    await bothStand(tablet, codename);
    await handheld.asksAgain();
    await handheld.menu('nav.attention');
    await bothStand(handheld, codename);

    await card(handheld, codename).getByRole('button', { name: handheld.t('conflict.button') }).click();
    await handheld.sees('conflict.need_choice');
    const written = 'The white van comes at half past six.';
    await card(handheld, codename).getByLabel(handheld.t('conflict.choose_other')).check();
    await card(handheld, codename).locator('textarea').fill(written);
    await card(handheld, codename).getByRole('button', { name: handheld.t('conflict.button') }).click();
    await card(handheld, codename).waitFor({ state: 'detached' });
    await seesSecondHandIn(handheld);
    await tablet.asksAgain();
    for (const device of [handheld, tablet]) await settled(device, codename);
    for (const device of [handheld, tablet]) {
      await opens(device, path);
      await device.page.getByText(written).first().waitFor();
    }
    await reviews(supervisor, path);
    await supervisor.page.getByText(written).first().waitFor();
    assert.deepEqual([handheld, tablet, supervisor].flatMap(({ complaints }) => complaints), []);
    await close(handheld, tablet, supervisor);
  });

  test(`an edit that comes while the record is reviewed waits for the reviewer, ${lang}`, { timeout: 120_000 }, async () => {
    const codename = lang === 'en' ? 'dipper 62' : 'crëyr 62';
    const { handheld, tablet, supervisor, path } = await changedTwice(lang, codename);
    await reviews(supervisor, path);
    await supervisor.button('review.pick_up').click();
    await supervisor.page.getByRole('radio', { name: supervisor.t('review.approve') }).waitFor();
    await supervisor.sees('sync.all_in');
    await tablet.page.context().setOffline(false);
    await tablet.menu('nav.attention');
    await bothStand(tablet, codename);
    await tablet.sees('conflict.reviewer');
    assert.equal(await card(tablet, codename).getByRole('radio').count(), 0, 'its author does not change a record under review');

    await supervisor.asksAgain();
    await supervisor.menu('nav.attention');
    await bothStand(supervisor, codename);
    assert.equal(await card(supervisor, codename).getByLabel(supervisor.t('conflict.choose_other')).count(), 0, 'to write is the author\'s');
    await card(supervisor, codename).getByLabel(supervisor.t('conflict.choose_incoming')).check();
    await card(supervisor, codename).getByRole('button', { name: supervisor.t('conflict.button') }).click();
    await card(supervisor, codename).waitFor({ state: 'detached' });
    await supervisor.sees('sync.all_in');
    for (const device of [handheld, tablet]) {
      await device.asksAgain();
      await opens(device, path);
      await device.page.getByText(theirs).first().waitFor();
    }
    assert.deepEqual([handheld, tablet, supervisor].flatMap(({ complaints }) => complaints), []);
    await close(handheld, tablet, supervisor);
  });

  test(`sealed work of a stopped phone is held, read and released, ${lang}`, { timeout: 120_000 }, async () => {
    const codename = lang === 'en' ? 'plover 63' : 'cwtiad 63';
    const [lost, other, supervisor] = [await person(phone(lang)), await person(desk(lang)), await person(desk(lang))];
    const who = await server.person('field', 'Dyffryn Arian Police', lang === 'en' ? 0 : 1);
    await lost.setUp(who);
    await other.setUp(who, 'CD');
    await supervisor.setUp(await server.person('supervisor', 'Dyffryn Arian Police'));
    await lost.page.context().setOffline(true);
    const path = await lost.handsIn({ narrative: first, codename, name: 'Marged Enghraifft' });
    await lost.sees('sync.offline_waiting', { n: 1 });

    await other.menu('nav.settings');
    const phones = other.page.locator('.app-card').filter({ hasText: other.t('enrol.device_default') }).filter({ hasNotText: other.t('settings.this_one') });
    await phones.getByRole('button', { name: other.t('settings.revoke') }).click();
    await other.button('settings.revoke_yes').click();
    await other.sees('settings.revoked');
    await lost.page.context().setOffline(false);
    await lost.heading('lock.wiped').waitFor();
    await lost.sees('lock.wiped_none');

    await other.asksAgain();
    await other.menu('nav.attention');
    await other.page.getByText(first).first().waitFor();
    await supervisor.asksAgain();
    await supervisor.menu('nav.attention');
    const held = supervisor.page.getByRole('article').filter({ hasText: who.name });
    await held.first().waitFor();
    assert.equal(await supervisor.page.getByText('Marged Enghraifft').count(), 0, 'what was sent is sealed until asked for');
    await held.getByRole('button', { name: supervisor.t('reveal.button_holds') }).first().click();
    await supervisor.page.getByText('Marged Enghraifft').first().waitFor();
    await held.getByRole('button', { name: supervisor.t('held.release') }).first().click();
    await until('the hold is settled', async () => (await supervisor.page.getByText('Marged Enghraifft').count()) === 0);
    await supervisor.sees('sync.all_in');
    await reviews(supervisor, path);
    await supervisor.page.getByText(first).first().waitFor();
    await other.asksAgain();
    await opens(other, path);
    await other.page.getByText(first).first().waitFor();
    assert.deepEqual([lost, other, supervisor].flatMap(({ complaints }) => complaints), []);
    await close(lost, other, supervisor);
  });
}
