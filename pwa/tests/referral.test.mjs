// Referrals, from the first answer in the field to the outcome: real server, real Chromium, a phone that loses its signal.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { child, form, questionsOf } from './parts/answers.mjs';
import { desk, killOn, launch, launchOn, phone } from './parts/browser.mjs';
import { Person } from './parts/person.mjs';
import { answers, approves, handsReferralIn, opensRow, returns, starts, writesForm } from './parts/referral.mjs';
import { Server, until } from './parts/server.mjs';

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const nrm = form('nrm');
const someone = async (device) => Person.in(await browser.newContext(device), server.url, device.locale.slice(0, 2));
const close = (...people) => Promise.all(people.map(({ page }) => page.context().close()));
const force = 'Glasfor Police';

/** The pathways that are proposed, in order. */
const proposed = (person) => person.page.getByRole('main').locator('section.app-card h3').allInnerTexts();

/** A child's record and the referral made from it, with nobody to hand in to. */
async function refersChildOffline(worker, codename) {
  await worker.handsIn({
    narrative: 'Sleeps in a store room.', codename,
    more: async () => {
      await worker.open('person');
      await worker.choose('field.age_status', 'age_status.child');
    },
  });
  await worker.link('refer.start').click();
  await starts(worker, 'nrm', async () => {
    await worker.choose('refer.danger_now', 'common.no');
    assert.deepEqual(await proposed(worker), ['safeguarding_child', 'nrm', 'ictg'].map((type) => worker.t(`pathway.${type}`)), 'the council comes first');
    for (const reason of ['child_council_first', 'child', 'child_guardian']) await worker.sees(`pathway.reason.${reason}`);
    await worker.unfold('refer.closed');
    await worker.sees('error.pathway_dtn_child');
  });
  await worker.sees('refer.child_council');
  const asked = await writesForm(worker, nrm, { ...child, safeguarding_report_made: 'no' });
  for (const key of ['consent_nrm', 'dtn_reason', 'explained_by', 'identity_consent_dtn']) assert.ok(!asked.has(key), `a child is not asked ${key}`);
  for (const key of ['la_name', 'la_phone', 'la_email', 'ictg_referred', 'appropriate_adult', 'first_name']) assert.ok(asked.has(key), `a child's form asks ${key}`);
  await handsReferralIn(worker);
  await worker.heading('pathway.nrm').waitFor();
  return new URL(worker.page.url()).pathname;
}

for (const [nth, lang] of ['en', 'cy'].entries()) {
  test(`a child is referred entirely offline; nobody approves before the council was told, ${lang}`, { timeout: 240_000 }, async () => {
    const codename = lang === 'en' ? 'robin 81' : 'dryw 81';
    const folder = mkdtempSync(join(tmpdir(), 'noddfa-phone-'));
    let context = await launchOn(folder, phone(lang));
    try {
      let worker = await Person.in(context, server.url, lang);
      await worker.setUp(await server.person('field', force, nth));
      await killOn(folder, context);
      await server.kill();
      context = await launchOn(folder, phone(lang));
      await context.setOffline(true);
      worker = await Person.in(context, server.url, lang);
      await worker.goes('/');
      await worker.unlock();
      await worker.atHome();
      const path = await refersChildOffline(worker, codename);
      await worker.page.getByText(worker.t('hand.waiting'), { exact: true }).first().waitFor();
      await worker.sees('sync.offline_waiting', { n: 2 });

      await server.comeUp();
      await context.setOffline(false);
      await worker.sees('sync.all_in');
      await worker.page.getByText(worker.t('event.version', { n: 1 })).waitFor();

      const supervisor = await someone(desk(lang));
      await supervisor.setUp(await server.person('supervisor', force));
      await supervisor.menu('nav.queue');
      await supervisor.page.locator(`a[href="${path.replace('referral', 'refer-review')}"]`).click();
      await supervisor.sees('child_steps.title');
      await supervisor.button('review.pick_up').click();
      await supervisor.sees('error.child_steps_complete');
      await supervisor.sees('error.council_first');
      await approves(supervisor);
      await supervisor.page.getByRole('alert').getByText(supervisor.t('error.child_steps_complete')).waitFor();
      await returns(supervisor, nrm, { codes: ['R09'], keys: ['safeguarding_report_made'], note: 'Phone the council first.' });
      await supervisor.sees('sync.all_in');

      await worker.asksAgain();
      await worker.menu('nav.home');
      await worker.row(codename).filter({ hasText: worker.t('task.returned') }).getByRole('link').click();
      await worker.page.getByText('Phone the council first.').waitFor();
      await answers(worker, nrm, questionsOf(nrm).get('safeguarding_report_made'), 'yes_phone');
      await worker.button('refer.to_list').click();
      await handsReferralIn(worker, true);
      await worker.page.getByText(worker.t('event.version', { n: 2 })).waitFor();

      await supervisor.asksAgain();
      await supervisor.button('review.pick_up').click();
      await supervisor.sees('refer_review.nothing_missing');
      await approves(supervisor);
      await supervisor.page.getByRole('listitem').filter({ hasText: supervisor.t('event.approve') }).waitFor();
      await worker.asksAgain();
      await worker.page.getByText(worker.t('state.approved'), { exact: true }).first().waitFor();
      assert.deepEqual([...worker.complaints, ...supervisor.complaints], []);
      await close(supervisor);
    } finally {
      await context.close().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
