import { Person } from './person.mjs';

const narrative = 'She works every day from six in the morning and has not been paid since August. She says the door is locked at night.';

/**
 * Goes through every screen and every state of it that a person may meet, and calls `visit(name, person)` at each.
 * `contexts` are two browsers' worth of storage: the worker's and the supervisor's.
 */
export async function tour(server, [field, desk], lang, visit) {
  const [worker, supervisor] = [await Person.in(field, server.url, lang), await Person.in(desk, server.url, lang)];
  const codename = lang === 'en' ? 'heron 55' : 'crëyr 55';
  await arrive(worker, await server.person('field', 'Hafan', 2), visit);
  await record(worker, codename, visit);
  await supervisor.setUp(await server.person('supervisor', 'Hafan'), 'GE');
  await review(supervisor, codename, visit);
  await mend(worker, codename, visit);
  await decide(supervisor, codename, visit);
  await settle(worker, supervisor, visit);
  await leave(worker, visit);
  return [...worker.complaints, ...supervisor.complaints];
}

/** A new phone: sign in, set up, and the first sight of the first page. */
async function arrive(worker, who, visit) {
  await worker.goes('/');
  await worker.sees('sign_in.demo_title');
  await visit('sign-in', worker);
  await worker.button('sign_in.button').click();
  await worker.sees('common.error_title');
  await visit('sign-in-problem', worker);
  await worker.signIn(who);
  await worker.heading('enrol.title').waitFor();
  await visit('enrol', worker);
  await worker.button('enrol.button').click();
  await worker.sees('common.error_title');
  await visit('enrol-problem', worker);
  await worker.enrol();
  await worker.atHome();
  await worker.sees('sync.all_in');
  await visit('home', worker);
}

/** A record from empty to handed in, by way of a search, a danger, a problem and no signal. */
async function record(worker, codename, visit) {
  await worker.menu('nav.new');
  await worker.heading('record.new').waitFor();
  await visit('record-new', worker);
  await worker.field('signs.search').fill('pas');
  await worker.page.locator('.app-sign').first().waitFor();
  await visit('record-search', worker);
  await worker.field('signs.search').fill('');
  await worker.tick('LAB-01', 'said_by_person');
  await worker.tick('DAN-01', 'seen');
  for (const section of ['story', 'person', 'risk', 'contact', 'types']) await worker.open(section);
  await worker.field('field.narrative').fill(narrative);
  await worker.choose('field.age_status', 'age_status.not_sure');
  await worker.field('field.name').fill('Marged Enghraifft');
  await worker.choose('field.risk', 'risk.high');
  await worker.choose('contact.may', 'contact.may_yes');
  await worker.page.getByLabel(worker.t('contact.phone'), { exact: true }).check();
  await worker.page.getByLabel(worker.t('contact.not_exploiters_number'), { exact: true }).check();
  await worker.field('field.phone').fill('01632 960123');
  await worker.page.getByLabel(worker.t('exploitation.criminal'), { exact: true }).check();
  await worker.field('field.codename').fill(codename);
  await visit('record', worker);
  await worker.button('check.button').click();
  await worker.sees('common.error_title');
  await visit('record-problem', worker);
  await worker.choose('danger.called', 'danger.called_no_signal');
  await worker.page.context().setOffline(true);
  await worker.button('check.button').click();
  await worker.sees('sync.offline_waiting', { n: 1 });
  await visit('record-waiting', worker);
  await worker.page.context().setOffline(false);
  await worker.page.getByText(worker.t('event.version', { n: 1 })).waitFor();
  await worker.sees('sync.all_in');
  await visit('record-handed-in', worker);
}

/** The desk: what waits, one record read and revealed, and a return with its reasons. */
async function review(supervisor, codename, visit) {
  await visit('desk-home', supervisor);
  await supervisor.menu('nav.queue');
  await supervisor.sees('queue.order');
  await visit('queue', supervisor);
  await supervisor.row(codename).getByRole('link').click();
  await supervisor.heading('review.title', { name: codename }).waitFor();
  await visit('review', supervisor);
  for (const what of ['identity', 'contact']) await supervisor.button(`reveal.button_${what}`).click();
  await supervisor.page.getByText('01632 960123').first().waitFor();
  await visit('review-revealed', supervisor);
  await supervisor.button('review.pick_up').click();
  await supervisor.page.getByRole('radio', { name: supervisor.t('review.return') }).check();
  await supervisor.unfold('review.fields');
  for (const summary of await supervisor.page.locator('main > details > summary').all()) await summary.click();
  await visit('review-deciding', supervisor);
  await supervisor.button('review.button').click();
  await supervisor.sees('common.error_title');
  await visit('review-problem', supervisor);
  await supervisor.unfold('review.fields');
  await supervisor.decides('return', { codes: ['R01', 'R03'], fields: ['narrative'], note: 'Which door, and who has the key?' });
  await supervisor.sees('sync.all_in');
}

/** The phone: a record that came back, mended and handed in again. */
async function mend(worker, codename, visit) {
  await worker.asksAgain();
  await worker.menu('nav.home');
  await worker.row(codename).first().waitFor();
  await visit('home-returned', worker);
  await worker.row(codename).filter({ hasText: worker.t('task.returned') }).getByRole('link').click();
  await worker.page.getByText('Which door, and who has the key?').waitFor();
  await visit('record-returned', worker);
  await worker.field('field.narrative').fill(`${narrative} The cook has the key.`);
  await worker.button('check.button_again').click();
  await worker.page.getByText(worker.t('event.version', { n: 2 })).waitFor();
}

/** The desk again: what changed, the approval, and the two kinds of thing that need a person. */
async function decide(supervisor, codename, visit) {
  await supervisor.asksAgain();
  await supervisor.page.locator('ins').first().waitFor();
  await visit('review-changed', supervisor);
  await supervisor.button('review.pick_up').click();
  await supervisor.decides('approve');
  await supervisor.page.getByRole('listitem').filter({ hasText: supervisor.t('event.approve') }).waitFor();
  await supervisor.sees('sync.all_in');
  await visit('review-approved', supervisor);
  await supervisor.menu('nav.attention');
  await supervisor.heading('attention.held').waitFor();
  await visit('attention', supervisor);
  await supervisor.button('conflict.button').click();
  await supervisor.sees('conflict.need_choice');
  await visit('attention-problem', supervisor);
}

/** What stands apart from records: advice, settings, a page that is not there. */
async function settle(worker, supervisor, visit) {
  await worker.menu('nav.inbox');
  await worker.heading('inbox.title').waitFor();
  await worker.sees('notice.returned');
  await visit('inbox', worker);
  await worker.button('inbox.read_all').click();
  await worker.sees('inbox.unread', { n: 0 });
  await visit('inbox-read', worker);
  await worker.menu('nav.advice');
  await worker.heading('advice.title').waitFor();
  await visit('advice', worker);
  await worker.menu('nav.settings');
  await worker.heading('settings.devices').waitFor();
  await worker.heading('telling.title').waitFor();
  await worker.page.getByRole('button', { name: worker.t('settings.revoke') }).first().click();
  await visit('settings', worker);
  await worker.goes('/notice/none00000000000');
  await worker.unlock();
  await worker.sees('inbox.gone');
  await visit('notice-gone', worker);
  await worker.goes('/nowhere');
  await worker.unlock();
  await worker.sees('app.not_found');
  await visit('not-found', worker);
}

/** The ways out: the neutral page, the lock, a wrong passphrase, and a phone that was cleared. */
async function leave(worker, visit) {
  await Promise.all([worker.page.waitForEvent('load'), worker.button('hide.button').click()]);
  await worker.button('blank.open').waitFor();
  await visit('blank', worker);
  await worker.button('blank.open').click();
  await worker.locked();
  await visit('lock', worker);
  await worker.unlock('not the passphrase');
  await worker.sees('error.passphrase_wrong');
  await visit('lock-problem', worker);
  for (let tries = 1; tries < 10; tries++) {
    await worker.waitsOutBackOff();
    await worker.unlock('not the passphrase');
  }
  await worker.heading('lock.wiped').waitFor();
  await visit('wiped', worker);
}
