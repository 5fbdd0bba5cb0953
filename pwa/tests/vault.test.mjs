// What a lost, shared, seized, old or badly connected phone does with what is on it: it opens for nobody else, and loses nothing.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk, killOn, launch, launchOn, phone } from './parts/browser.mjs';
import { Gateway } from './parts/gateway.mjs';
import { passphrase, Person } from './parts/person.mjs';
import { Server, until } from './parts/server.mjs';

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const years = (n) => n * 365.25 * 86_400_000;
const agency = 'Glasfor Police';

/** A phone in the hands of one worker, set up; `prepare` is called on its page before the app is opened. */
async function phoneOf(nth, { prepare = async () => undefined, url = server.url, at = agency } = {}) {
  const worker = await Person.in(await browser.newContext(phone('en')), url, 'en');
  await prepare(worker.page);
  await worker.setUp(await server.person('field', at, nth));
  return worker;
}

/** How many records of a code-name somebody's supervisor sees. */
const supervisorOf = async (at = agency) => {
  const supervisor = await Person.in(await browser.newContext(desk('en')), server.url, 'en');
  await supervisor.setUp(await server.person('supervisor', at));
  return supervisor;
};

/** Whether the server has a record with this address. */
async function arrived(path) {
  const id = path.split('/')[2];
  await until(`${path} has arrived`, () => server.admin('GET', `/api/collections/encounters/records/${id}`).then(() => true, () => false), 30_000);
}

test('two minutes without touch lock every tab, and what was being written is kept', { timeout: 60_000 }, async () => {
  const worker = await phoneOf(0, { prepare: (page) => page.clock.install() });
  const second = new Person(await worker.page.context().newPage(), server.url, 'en');
  await second.goes('/');
  await second.unlock();
  await second.atHome();
  await worker.menu('nav.new');
  await worker.open('story');
  await worker.field('field.narrative').fill('Half a sentence');
  await worker.page.clock.fastForward(90_000);
  assert.equal(await worker.field('lock.passphrase').count(), 0, 'ninety seconds are not enough');
  await worker.page.clock.fastForward(31_000);
  await worker.locked();
  await second.locked();
  await worker.page.clock.runFor(1_000);
  await worker.unlock();
  await until('the sentence is back', async () => {
    await worker.page.clock.runFor(500);
    return (await worker.page.getByRole('button', { name: worker.t('section.story') }).count()) > 0;
  });
  await worker.open('story');
  assert.equal(await worker.field('field.narrative').inputValue(), 'Half a sentence');
});

test('a page hidden with a record open locks at once', { timeout: 60_000 }, async () => {
  const worker = await phoneOf(1);
  await worker.hides(true);
  await worker.hides(false);
  await worker.heading('home.title').waitFor();
  await worker.menu('nav.new');
  await worker.open('story');
  await worker.field('field.narrative').fill('Seen from outside');
  await Promise.all([worker.page.waitForEvent('load'), worker.hides(true)]);
  await worker.locked();
  await worker.unlock();
  await worker.open('story');
  assert.equal(await worker.field('field.narrative').inputValue(), 'Seen from outside');
});

test('quick hide shows an empty notebook, and Back does not lead out of it', { timeout: 60_000 }, async () => {
  const worker = await phoneOf(1, { at: 'Llwybr' });
  await worker.handsIn({ narrative: 'Not for other eyes.', codename: 'wren 30' });
  await worker.page.locator('h1').click();
  await Promise.all([worker.page.waitForEvent('load'), worker.page.keyboard.press('Escape').then(() => worker.page.keyboard.press('Escape'))]);
  await worker.sees('blank.body');
  assert.equal(new URL(worker.page.url()).pathname, '/notes');
  await worker.page.goBack();
  await worker.sees('blank.body');
  assert.equal(await worker.page.getByText('Not for other eyes.').count(), 0);
  await worker.button('blank.open').click();
  await worker.locked();
});

test('ten wrong passphrases erase what can be read; what was sealed still goes in, with no key', { timeout: 120_000 }, async () => {
  const worker = await phoneOf(2);
  const context = worker.page.context();
  await context.setOffline(true);
  const path = await worker.handsIn({ narrative: 'Kept through the wipe.', codename: 'heron 31' });
  await worker.locksNow();
  for (let tries = 0; tries < 10; tries++) {
    await worker.waitsOutBackOff();
    await worker.unlock(`wrong ${tries}`);
  }
  await worker.heading('lock.wiped').waitFor();
  await worker.sees('lock.wiped_kept', { n: 1 });
  const left = await worker.page.evaluate(async () => {
    const { name } = (await indexedDB.databases()).find((db) => db.name !== 'noddfa-profiles');
    const db = await new Promise((done) => (indexedDB.open(name).onsuccess = (event) => done(event.target.result)));
    const count = (store) => new Promise((done) => (db.transaction(store).objectStore(store).count().onsuccess = (event) => done(event.target.result)));
    return { keyring: await count('keyring'), rows: await count('rows'), overlays: await count('overlays'), outbox: await count('outbox') };
  });
  assert.deepEqual(left, { keyring: 0, rows: 0, overlays: 0, outbox: 1 });
  await context.setOffline(false);
  await arrived(path);
});

test('two people on one phone open only their own store, and one hands in for the other', { timeout: 90_000 }, async () => {
  const first = await phoneOf(0, { at: 'Morlan Police' });
  const { page } = first;
  await page.context().setOffline(true);
  const path = await first.handsIn({ narrative: 'Of the first alone.', codename: 'swift 32' });
  await first.locksNow();
  await page.context().setOffline(false);
  await page.context().route('**/api/noddfa/push', (route) => route.abort());
  await first.button('lock.someone_new').click();
  await first.signIn(await server.person('field', 'Morlan Police', 1));
  await first.enrol('CD', 'another pass phrase here');
  await first.sees('sync.all_in');
  await first.menu('nav.home');
  await first.atHome();
  assert.equal(await page.getByText('swift 32').count(), 0);
  await first.goes(path);
  await first.locked();
  await page.getByRole('button', { name: 'CD', exact: true, pressed: true }).waitFor();
  await first.unlock(passphrase);
  await first.sees('error.passphrase_wrong');
  await page.getByRole('button', { name: 'AB', exact: true }).click();
  await page.getByRole('button', { name: 'AB', exact: true, pressed: true }).waitFor();
  await first.unlock('another pass phrase here');
  await first.sees('error.passphrase_wrong');
  await page.getByRole('button', { name: 'CD', exact: true }).click();
  await first.unlock('another pass phrase here');
  await first.sees('view.gone');
  await page.context().unroute('**/api/noddfa/push');
  await arrived(path);
});

test('a stopped phone erases itself, and what it had sealed reaches a supervisor', { timeout: 90_000 }, async () => {
  const who = await server.person('field', 'Tir Uchel Police');
  const lost = await phoneOf(0, { at: 'Tir Uchel Police' });
  await lost.page.context().setOffline(true);
  await lost.handsIn({ narrative: 'Sealed on the lost phone.', codename: 'kite 33' });
  const spare = await Person.in(await browser.newContext(phone('en')), server.url, 'en');
  await spare.setUp(who);
  await spare.menu('nav.settings');
  const other = spare.page.getByRole('main').locator('.app-card').filter({ hasText: 'Work phone', hasNotText: spare.t('settings.this_one') });
  await other.getByRole('button', { name: spare.t('settings.revoke') }).click();
  await spare.button('settings.revoke_yes').click();
  await other.getByText(spare.t('settings.revoked'), { exact: true }).waitFor();
  await lost.page.context().setOffline(false);
  await lost.heading('lock.wiped').waitFor();
  await lost.sees('lock.wiped_none');
  const supervisor = await supervisorOf('Tir Uchel Police');
  await supervisor.menu('nav.attention');
  await supervisor.button('held.release').click();
  await supervisor.menu('nav.queue');
  await supervisor.row('kite 33').waitFor();
});

test('an ended sign-in hands in what is sealed, keeps everything, and asks for a new one', { timeout: 60_000 }, async () => {
  const who = await server.person('field', 'Dyffryn Arian Police');
  const worker = await phoneOf(0, { at: 'Dyffryn Arian Police' });
  const { items: [user] } = await server.admin('GET', `/api/collections/users/records?filter=${encodeURIComponent(`email='${who.email}'`)}`);
  const password = 'a-new-made-up-secret';
  await server.admin('PATCH', `/api/collections/users/records/${user.id}`, { password, passwordConfirm: password });
  const path = await worker.handsIn({ narrative: 'Written after the sign-in ended.', codename: 'tern 34' });
  await arrived(path);
  await worker.page.getByText('Written after the sign-in ended.').waitFor();
  await worker.link('sync.sign_in_none').click();
  await worker.signIn({ email: who.email, password });
  await worker.sees('sync.all_in');
  await worker.row('tern 34').getByRole('link').first().click();
  await worker.page.getByText(worker.t('event.version', { n: 1 })).waitFor();
});

test("a hotspot's sign-in page takes nothing and is named for what it is", { timeout: 60_000 }, async (t) => {
  const gateway = await Gateway.before(server);
  t.after(() => gateway.close());
  const worker = await phoneOf(1, { at: 'Dyffryn Arian Police', url: gateway.url });
  gateway.instead = (path) => (path.startsWith('/api/') ? { status: 200, type: 'text/html', body: '<!doctype html><title>Welcome</title>Buy an hour' } : undefined);
  const path = await worker.handsIn({ narrative: 'Behind a hotspot.', codename: 'teal 35' });
  await worker.sees('error.portal');
  await worker.sees('sync.waiting', { n: 1 });
  gateway.instead = () => undefined;
  await worker.button('sync.now').click();
  await worker.sees('sync.all_in');
  await arrived(path);
});

test('a phone that lost its signal before the lists came says that it is not ready', { timeout: 60_000 }, async () => {
  const worker = await Person.in(await browser.newContext(phone('en')), server.url, 'en');
  const context = worker.page.context();
  await context.route('**/api/noddfa/pull', (route) => route.abort());
  await worker.goes('/');
  await worker.signIn(await server.person('field', agency, 2));
  await worker.enrol();
  await worker.sees('sync.unready');
  await worker.menu('nav.new');
  await worker.sees('signs.missing');
  await context.unroute('**/api/noddfa/pull');
  await worker.page.reload();
  await worker.unlock();
  await worker.sees('sync.all_in');
});

for (const off of [-10, 10]) {
  test(`a clock ${Math.abs(off)} years ${off < 0 ? 'slow' : 'fast'} hands in all the same`, { timeout: 60_000 }, async () => {
    const worker = await phoneOf(2, { at: 'Dyffryn Arian Police' });
    await worker.page.clock.setFixedTime(Date.now() + years(off));
    await worker.page.reload();
    await worker.page.context().setOffline(true);
    await worker.unlock();
    // Ten years without contact end the lease: reading waits for signal, writing does not.
    if (off > 0) await worker.sees('sync.lease');
    else await worker.atHome();
    const path = await worker.handsIn({ narrative: 'By a wrong clock.', codename: off < 0 ? 'rook 36' : 'rook 37' });
    await worker.page.context().setOffline(false);
    await worker.page.getByText(worker.t('event.version', { n: 1 })).waitFor();
    await arrived(path);
    assert.equal(await worker.page.getByText(worker.t('sync.lease')).count(), 0);
  });
}

test('a new version waits until the record is closed', { timeout: 60_000 }, async (t) => {
  const gateway = await Gateway.before(server);
  t.after(() => gateway.close());
  const worker = await phoneOf(1, { at: 'Tir Uchel Police', url: gateway.url });
  await worker.menu('nav.new');
  await worker.open('story');
  await worker.field('field.narrative').fill('Written while a version came out');
  gateway.change = (path, body) => (path === '/sw.js' ? Buffer.concat([body, Buffer.from('\n// newer')]) : body);
  await worker.page.evaluate(() => navigator.serviceWorker.ready.then((one) => one.update()).then(() => undefined));
  await worker.sees('sync.update');
  const waits = () => worker.page.evaluate(() => navigator.serviceWorker.ready.then((one) => one.waiting !== null));
  await worker.button('sync.update_now').click();
  await worker.saved();
  assert.equal(await waits(), true, 'the open record holds it back');
  assert.equal(await worker.field('field.narrative').inputValue(), 'Written while a version came out');
  await worker.menu('nav.home');
  await Promise.all([worker.page.waitForEvent('load'), worker.button('sync.update_now').click()]);
  await worker.unlock();
  await worker.row(worker.t('task.draft')).getByRole('link').click();
  await worker.open('story');
  assert.equal(await waits(), false);
  assert.equal(await worker.field('field.narrative').inputValue(), 'Written while a version came out');
});

test('a language switch, a reload and a crash lose no letter', { timeout: 90_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'noddfa-phone-'));
  let context = await launchOn(folder, phone('en'));
  try {
    let worker = await Person.in(context, server.url, 'en');
    await worker.setUp(await server.person('field', 'Llwybr'));
    await worker.menu('nav.new');
    await worker.open('story');
    await worker.field('field.narrative').pressSequentially('Ŵyr neb');
    await worker.page.getByRole('button', { name: worker.t('lang.other') }).click();
    worker.lang = 'cy';
    assert.equal(await worker.field('field.narrative').inputValue(), 'Ŵyr neb');
    await worker.saved();
    await worker.page.reload();
    await worker.unlock();
    await worker.open('story');
    assert.equal(await worker.field('field.narrative').inputValue(), 'Ŵyr neb');
    await worker.field('field.narrative').press('End');
    await worker.field('field.narrative').pressSequentially(' ble mae hi');
    await worker.saved();
    const path = new URL(worker.page.url()).pathname;
    await killOn(folder, context);
    // The choice of language may not have reached the disk yet; the text has.
    context = await launchOn(folder, phone('cy'));
    await context.setOffline(true);
    worker = await Person.in(context, server.url, 'cy');
    await worker.goes(path);
    await worker.unlock();
    await worker.open('story');
    assert.equal(await worker.field('field.narrative').inputValue(), 'Ŵyr neb ble mae hi');
  } finally {
    await context.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
});
