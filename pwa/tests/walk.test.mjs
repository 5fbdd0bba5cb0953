// From phone to approval, in both languages: recorded with the server gone, handed in by itself, returned, mended, approved.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk, killOn, launch, launchOn, phone } from './parts/browser.mjs';
import { Person, sign } from './parts/person.mjs';
import { Server, until } from './parts/server.mjs';

let server, desks;
before(async () => {
  [server, desks] = await Promise.all([Server.start(), launch()]);
});
after(() => Promise.all([desks?.close(), server?.stop()]));

const name = 'Marged Enghraifft';
const story = 'She says the door is locked at night.';
const mended = 'She says the door is locked from outside every night.';

/** Records with indicators, danger and safe contact, and hands in with nobody to hand in to. */
async function recordsInDanger(worker, codename) {
  await worker.menu('nav.new');
  await worker.tick('GEN-01', 'seen');
  await worker.tick('LAB-01', 'said_by_person');
  await worker.tick('DAN-01', 'found');
  await worker.heading('danger.title').waitFor();
  await worker.sees('danger.act_999_police');
  await worker.sees('danger.cannot_call');
  await worker.open('story');
  await worker.field('field.narrative').fill(story);
  await worker.open('person');
  await worker.choose('field.age_status', 'age_status.not_sure');
  await worker.field('field.name').fill(name);
  await worker.open('risk');
  await worker.choose('field.risk', 'risk.high');
  await worker.open('contact');
  await worker.choose('contact.may', 'contact.may_yes');
  await worker.page.getByLabel(worker.t('contact.phone'), { exact: true }).check();
  await worker.field('field.phone').fill('01632 960123');
  await worker.page.getByLabel(worker.t('contact.not_exploiters_number'), { exact: true }).check();
  await worker.field('field.codename').fill(codename);
  await worker.button('check.button').click();
  // A danger has to be answered before it goes in; the message leads to the question.
  await worker.link('error.danger_answered').click();
  await worker.choose('danger.called', 'danger.called_no_signal');
  await worker.button('check.button').click();
  await worker.heading('view.title', { name: codename }).waitFor();
  return new URL(worker.page.url()).pathname;
}

/** What the worker recorded is all there to be read. */
async function everythingIsThere(worker, codename) {
  await worker.heading('view.title', { name: codename }).waitFor();
  const answers = await worker.page.getByRole('main').innerText();
  const expected = [sign('GEN-01', worker.lang), sign('DAN-01', worker.lang), worker.t('basis.said_by_person'), story, name, '01632 960123', worker.t('risk.high')];
  for (const text of expected) assert.ok(answers.includes(text), `the record shows ${text}`);
}

/** Danger stands before children, children before the rest. */
async function queueIsInOrder(supervisor) {
  const rows = await supervisor.page.getByRole('main').getByRole('list').first().getByRole('listitem').allInnerTexts();
  const children = [supervisor.t('mark.child'), supervisor.t('mark.not_sure')];
  const ranks = rows.map((row) => (row.includes(supervisor.t('mark.danger')) ? 0 : children.some((mark) => row.includes(mark)) ? 1 : 2));
  assert.deepEqual(ranks, ranks.toSorted());
  assert.equal(ranks[0], 0);
}

const atDesk = async (lang) => Person.in(await desks.newContext(desk(lang)), server.url, lang);

for (const [nth, lang] of ['en', 'cy'].entries()) {
  test(`from phone to approval, ${lang}`, { timeout: 150_000 }, async () => {
    const codename = lang === 'en' ? 'robin 71' : 'dryw 71';
    const folder = mkdtempSync(join(tmpdir(), 'noddfa-phone-'));
    let context = await launchOn(folder, phone(lang));
    try {
      let worker = await Person.in(context, server.url, lang);
      await worker.setUp(await server.person('field', 'Glasfor Police', nth));

      await server.kill();
      await context.setOffline(true);
      await worker.page.reload();
      await worker.unlock();
      await worker.atHome();
      const path = await recordsInDanger(worker, codename);
      await worker.sees('sync.offline_waiting', { n: 1 });
      await everythingIsThere(worker, codename);
      assert.deepEqual(worker.complaints, []);

      await killOn(folder, context);
      context = await launchOn(folder, phone(lang));
      await context.setOffline(true);
      worker = await Person.in(context, server.url, lang);
      await worker.goes(path);
      await worker.locked();
      await worker.sees('lock.unsent', { n: 1 });
      await worker.page.reload();
      await worker.unlock();
      await everythingIsThere(worker, codename);
      await worker.sees('sync.offline_waiting', { n: 1 });

      await server.comeUp();
      await context.setOffline(false);
      await worker.sees('sync.all_in');
      await worker.page.getByText(worker.t('event.version', { n: 1 })).waitFor();

      const supervisor = await atDesk(lang);
      await supervisor.setUp(await server.person('supervisor', 'Glasfor Police'));
      await supervisor.menu('nav.queue');
      await supervisor.sees('queue.order');
      await queueIsInOrder(supervisor);
      await supervisor.row(codename).getByRole('link').click();
      await supervisor.heading('review.title', { name: codename }).waitFor();
      await supervisor.page.getByText(story).waitFor();
      assert.equal(await supervisor.page.getByText(name).count(), 0, 'a name is sealed until asked for');
      await supervisor.button('reveal.button_identity').click();
      await supervisor.page.getByText(name).waitFor();
      await supervisor.button('review.pick_up').click();
      await supervisor.decides('return', { codes: ['R03'], fields: ['narrative'], note: 'Which door?' });
      await supervisor.page.getByText('Which door?').waitFor();
      await supervisor.sees('sync.all_in');

      await worker.asksAgain();
      await worker.menu('nav.home');
      await worker.row(codename).filter({ hasText: worker.t('task.returned') }).getByRole('link').click();
      await worker.page.getByText('Which door?').waitFor();
      await worker.page.getByText(worker.t('code.R03')).first().waitFor();
      await until('the phone opens at the answer in question', () => worker.field('field.narrative').evaluate((field) => field === document.activeElement));
      await worker.field('field.narrative').fill(mended);
      await worker.button('check.button_again').click();
      await worker.heading('view.title', { name: codename }).waitFor();
      await worker.page.getByText(worker.t('event.version', { n: 2 })).waitFor();

      await supervisor.asksAgain();
      const changes = supervisor.page.locator('ins');
      await changes.first().waitFor();
      assert.equal((await changes.allInnerTexts()).join('').replace(/\s+/g, ' ').trim(), 'from outside every');
      await supervisor.button('review.pick_up').click();
      await supervisor.decides('approve');
      await supervisor.page.getByRole('listitem').filter({ hasText: supervisor.t('event.approve') }).waitFor();
      await supervisor.sees('sync.all_in');

      await worker.asksAgain();
      await worker.menu('nav.home');
      await worker.row(codename).filter({ hasText: worker.t('state.approved') }).first().waitFor();
      assert.deepEqual([...worker.complaints, ...supervisor.complaints], []);
    } finally {
      await context.close().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test('two supervisors at once: the second sees who was first and with what', { timeout: 90_000 }, async () => {
  const one = await server.person('supervisor', 'Dyffryn Arian Police');
  const other = await server.addPerson(one, 'ail@example.org', 'Ail Enghraifft');
  const [worker, first, second] = await Promise.all(['en', 'en', 'cy'].map(atDesk));
  await Promise.all([worker.setUp(await server.person('field', 'Dyffryn Arian Police')), first.setUp(one), second.setUp(other)]);
  const path = await worker.handsIn({ narrative: 'He asked for water.', codename: 'wren 72' });
  await worker.page.getByText(worker.t('event.version', { n: 1 })).waitFor();
  const review = path.replace('record', 'review');

  await first.asksAgain();
  await first.menu('nav.queue');
  await first.row('wren 72').getByRole('link').click();
  await first.button('review.pick_up').click();
  await first.sees('sync.all_in');
  await second.asksAgain();
  await second.menu('nav.queue');
  await second.page.locator(`a[href="${review}"]`).click();
  await second.sees('review.picked_up_other', { name: one.name });
  await second.page.context().setOffline(true);
  await first.decides('approve');
  await first.sees('sync.all_in');
  await second.button('review.take_over').click();
  await second.page.context().setOffline(false);
  await second.menu('nav.attention');
  await second.sees('conflict.command', { name: one.name, event: second.t('event.approve'), when: second.t('ago.now') });
  await second.button('conflict.understood').click();
  await second.sees('attention.empty');
  await Promise.all([worker, first, second].map(({ page }) => page.context().close()));
});
