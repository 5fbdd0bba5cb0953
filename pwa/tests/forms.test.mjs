// A form changes while somebody is writing on it; and the page that a person may be shown keeps nothing and leads nowhere.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { form, questionsOf } from './parts/answers.mjs';
import { launch, phone } from './parts/browser.mjs';
import { Person } from './parts/person.mjs';
import { answers, handsReferralIn, partButton, starts, toList, writesConsent } from './parts/referral.mjs';
import { Server } from './parts/server.mjs';

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const helpline = form('helpline');
const note = { en: 'The advice is now asked for in two questions.', cy: 'Gofynnir am y cyngor mewn dau gwestiwn bellach.' };

/** The helpline's form with its last question renamed, one question more, and one gone. */
function second() {
  const next = structuredClone(helpline);
  next.version = 2;
  next.migrations = [{ from: 1, rename: { advice: 'advice_given' }, drop: ['call_ref'], note }];
  const questions = next.sections.at(-1).questions;
  questions.splice(questions.findIndex(({ key }) => key === 'call_ref'), 1);
  Object.assign(questions.find(({ key }) => key === 'advice'), { key: 'advice_given', label: { en: 'What they advised', cy: 'Yr hyn a gynghorwyd' } });
  questions.push({ key: 'next_step', type: 'text', label: { en: 'What happens next', cy: 'Beth sy’n digwydd nesaf' }, required: true, store: 'answers' });
  return next;
}

async function starter(lang, nth) {
  const worker = await Person.in(await browser.newContext(phone(lang)), server.url, lang);
  await worker.setUp(await server.person('field', 'Hafan', nth));
  await worker.link('refer.start').click();
  await starts(worker, 'helpline', async () => {
    await worker.choose('refer.person_known', 'common.yes');
    await worker.choose('field.age_status', 'age_status.adult');
    await worker.choose('refer.danger_now', 'common.no');
    await worker.choose('refer.consent_share', 'common.yes');
  });
  return worker;
}

test('a new version of a form reaches a phone with a draft, says so, and loses no answer', { timeout: 180_000 }, async () => {
  const worker = await starter('en', 0);
  const path = new URL(worker.page.url()).pathname;
  const old = questionsOf(helpline);
  await writesConsent(worker, helpline, { consent_share: 'yes', person_language: 'en' });
  await partButton(worker, helpline.sections.at(-1).title.en).click();
  const given = { line: 'modern_slavery', who_called: 'together', call_ref: 'HL-4711', advice: 'Stay where you are tonight.' };
  for (const question of helpline.sections.at(-1).questions.filter(({ key }) => key !== 'line_other')) {
    await worker.page.getByText(question.label.en, { exact: true }).first().waitFor();
    if (given[question.key]) await answers(worker, helpline, question, given[question.key]);
    await worker.button('refer.next').click();
  }
  await partButton(worker, worker.t('refer.check')).waitFor();
  await worker.saved();
  assert.equal(await worker.page.getByText(worker.t('refer.newer')).count(), 0);

  await server.admin('POST', '/api/collections/forms/records', { code: 'helpline', version: 2, agency: '', definition: second() });
  await worker.asksAgain();
  await worker.heading('refer.newer').waitFor();
  await worker.page.getByText(note.en).waitFor();
  await worker.button('refer.newer_take').click();
  await worker.heading('refer.changed').waitFor();
  await worker.page.getByText(note.en).waitFor();
  await worker.unfold('refer.left');
  await worker.page.getByText('HL-4711').waitFor();
  await worker.saved();

  await worker.page.reload();
  await worker.unlock();
  assert.equal(new URL(worker.page.url()).pathname, path);
  await handsReferralIn(worker);
  await worker.page.getByRole('link', { name: 'What happens next' }).click();
  await worker.page.getByLabel('What happens next', { exact: true }).fill('They phone on Monday.');
  await toList(worker);
  await handsReferralIn(worker);
  await worker.heading('pathway.helpline').waitFor();
  await worker.page.getByText(worker.t('event.version', { n: 1 })).waitFor();
  await worker.page.locator('summary').filter({ hasText: helpline.sections.at(-1).title.en }).click();
  for (const text of [given.advice, 'They phone on Monday.', old.get('who_called').options.find(({ value }) => value === 'together').en]) await worker.page.getByText(text).waitFor();
  assert.deepEqual(worker.complaints, []);
  await worker.page.context().close();
});

for (const [nth, lang] of ['en', 'cy'].entries()) {
  test(`what happens next is shown to the person, keeps nothing, and leads back to no case, ${lang}`, { timeout: 120_000 }, async () => {
    const worker = await starter(lang, nth + 1);
    const { page } = worker;
    const requests = [];
    await page.getByRole('button', { name: worker.t('refer.what_next_link') }).click();
    await worker.heading('next.title').waitFor();
    page.on('request', (request) => requests.push(request.url()));
    assert.equal(new URL(page.url()).pathname, '/what-next');
    const inputs = await page.locator('input, textarea, select').count();
    assert.equal(inputs, 0, 'nothing is asked');
    for (const key of ['next.nothing', 'next.danger']) await worker.sees(key);
    const other = lang === 'en' ? 'cy' : 'en';
    await page.getByRole('button', { name: other === 'cy' ? 'Cymraeg' : 'English' }).click();
    await page.getByRole('heading', { name: new Person(page, '', other).t('next.title'), level: 1 }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), other);
    await page.getByRole('button', { name: other === 'cy' ? 'English' : 'Cymraeg' }).click();
    // The draft that was begun before may still go in, sealed, from behind the lock.
    assert.deepEqual(requests.filter((url) => url.includes('/api/') && !url.endsWith('/push')), [], 'nothing is told to the server');

    for (let back = 0; back < 6; back++) {
      await page.goBack({ waitUntil: 'commit', timeout: 5_000 }).catch(() => undefined);
      const shown = await page.locator('body').innerText();
      assert.ok(!shown.includes(worker.t('refer.list_intro')) && !shown.includes(helpline.sections.at(-1).title[lang]), 'Back leads to no case');
      if (new URL(page.url()).pathname !== '/what-next') break;
    }
    await worker.goes('/what-next');
    await worker.heading('next.title').waitFor();
    assert.deepEqual(worker.complaints, []);
    await page.context().close();
  });
}
