// Told on the phone: the real server's message is opened by a push service, given to the real service worker, and leads to the record.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, launch, phone } from './parts/browser.mjs';
import { Person } from './parts/person.mjs';
import { PushService } from './parts/push-service.mjs';
import { Server, until } from './parts/server.mjs';
import { words } from './parts/words.mjs';

let server, browser, service;
before(async () => {
  [service, browser] = await Promise.all([PushService.start(), launch()]);
  server = await Server.start('--push-host', service.host);
});
after(() => Promise.all([browser?.close(), server?.stop(), service?.stop()]));

const story = 'Qwyxzstory of a locked door';
const installed = 'Nodiadau / Notes';

/** Puts a subscription of the local push service in the place of the browser's own, which no test machine can reach. */
function subscribeHere(subscription) {
  const here = { ...subscription, toJSON: () => subscription, unsubscribe: () => Promise.resolve(true) };
  globalThis.PushManager.prototype.getSubscription = () => Promise.resolve(here);
  globalThis.PushManager.prototype.subscribe = (options) => {
    globalThis.askedFor = options;
    return Promise.resolve(here);
  };
}

/** A worker on a phone that may show notifications. */
async function workerWith(lang, name) {
  const context = await browser.newContext(phone(lang));
  await context.grantPermissions(['notifications'], { origin: server.url });
  await context.addInitScript(subscribeHere, service.subscribe(name));
  return Person.in(context, server.url, lang);
}

/**
 * Gives a message to the service worker as the browser does when its push service brings one, and waits until it is shown.
 * The browser says when it begins to show it. It is left alone for a moment then, because Chromium forgets a notification when it
 * is asked for the list while it shows one.
 */
async function deliver(page, data) {
  const cdp = await page.context().newCDPSession(page);
  const ids = new Set();
  let displayed = false;
  cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations.forEach((one) => ids.add(one.registrationId)));
  cdp.on('BackgroundService.backgroundServiceEventReceived', ({ backgroundServiceEvent: { eventName } }) => (displayed ||= eventName === 'Notification displayed'));
  await cdp.send('ServiceWorker.enable');
  await cdp.send('BackgroundService.startObserving', { service: 'notifications' });
  await cdp.send('BackgroundService.setRecording', { service: 'notifications', shouldRecord: true });
  await until('the worker is known', () => ids.size > 0);
  await cdp.send('ServiceWorker.deliverPushMessage', { origin: server.url, registrationId: [...ids][0], data });
  await until('it is shown', () => displayed);
  await page.waitForTimeout(500);
  await cdp.detach();
}

const shown = (page) => page.evaluate(async () => {
  const all = await (await navigator.serviceWorker.ready).getNotifications();
  return all.map(({ title, body, tag, lang, data }) => ({ title, body, tag, lang, data }));
});

/** Presses the notification. Only a person's finger lets a worker come to the front, so that part is the browser's to refuse. */
async function press(context) {
  await context.serviceWorkers()[0].evaluate(async () => {
    const [notification] = await self.registration.getNotifications();
    // Browsers keep waitUntil to events of their own.
    self.dispatchEvent(Object.assign(new NotificationEvent('notificationclick', { notification }), { waitUntil: () => undefined }));
  });
}

/** Waits for the next message to one phone, and has nothing of the case in it. */
async function nextMessage(name) {
  let message;
  // A push that fails is tried again after half a minute at most.
  await until(`a message came to ${name}`, () => {
    assert.deepEqual(service.problems, []);
    return (message = service.next(name)) !== undefined;
  }, 40_000);
  assert.match(message.text, /^\{"n":"[a-z0-9]{15}"\}$/);
  return message;
}

/** The worker's record goes in, is picked up and returned. */
async function returned(worker, supervisor, codename) {
  const path = await worker.handsIn({ narrative: story, codename });
  await worker.sees('sync.all_in');
  await supervisor.asksAgain();
  await supervisor.goes(path.replace('record', 'review'));
  await supervisor.unlock();
  await supervisor.button('review.pick_up').click();
  await supervisor.decides('return', { codes: ['R01'], note: 'Qwyxznote' });
  return path;
}

for (const [nth, lang] of ['en', 'cy'].entries()) {
  test(`told of a return, and led to it, ${lang}`, { timeout: 150_000 }, async () => {
    const worker = await workerWith(lang, lang);
    const supervisor = await Person.in(await browser.newContext(desk('en')), server.url, 'en');
    try {
      await worker.setUp(await server.person('field', 'Glasfor Police', nth));
      await worker.menu('nav.settings');
      await worker.button('telling.turn_on').click();
      await worker.sees('telling.on');
      const key = await worker.page.evaluate(() => globalThis.askedFor.applicationServerKey);

      await worker.button('telling.try').click();
      const first = await nextMessage(lang);
      assert.deepEqual([first.key, first.urgency], [key, 'normal']);
      await deliver(worker.page, first.text);
      const expected = { title: installed, body: words(lang, 'push.body'), tag: 'item', lang, data: `/notice/${JSON.parse(first.text).n}` };
      assert.deepEqual(await shown(worker.page), [expected]);
      await press(worker.page.context());
      await worker.heading('inbox.title').waitFor();
      await worker.sees('notice.test');
      await worker.sees('inbox.unread', { n: 0 });
      assert.deepEqual(await shown(worker.page), []);

      await supervisor.setUp(await server.person('supervisor', 'Glasfor Police'));
      const path = await returned(worker, supervisor, lang === 'en' ? 'robin 81' : 'dryw 81');
      const second = await nextMessage(lang);
      assert.equal(second.size, first.size);
      await deliver(worker.page, second.text);
      const [{ title, body }] = await shown(worker.page);
      assert.deepEqual([title, body], [installed, words(lang, 'push.body')]);

      // Opened from a locked phone: the passphrase comes first, and then the record.
      await worker.locksNow();
      await worker.goes((await shown(worker.page))[0].data);
      await worker.unlock();
      await worker.page.waitForURL(server.url + path);
      await worker.sees('state.returned');
      await worker.goes('/inbox');
      await worker.unlock();
      await worker.sees('notice.returned');
      await worker.sees('inbox.unread', { n: 0 });

      // Turned off, the server has nowhere to send to.
      await worker.menu('nav.settings');
      await worker.button('telling.turn_off').click();
      await worker.sees('telling.off');
      assert.equal((await server.admin('GET', '/api/collections/push_subscriptions/records')).items.length, 0);
      for (const person of [worker, supervisor]) assert.deepEqual(person.complaints, []);
    } finally {
      await Promise.all([worker.page.context().close(), supervisor.page.context().close()]);
    }
  });
}

test('a message that holds something else is shown all the same, and leads to the list', { timeout: 60_000 }, async () => {
  const worker = await workerWith('en', 'odd');
  try {
    await worker.setUp(await server.person('field', 'Glasfor Police', 2));
    for (const data of ['', 'nonsense', '{"n":"../../api/x"}', '{"n":["a"]}', 'null']) {
      await deliver(worker.page, data);
      assert.equal((await shown(worker.page))[0].data, '/inbox');
    }
    assert.deepEqual(worker.complaints, []);
  } finally {
    await worker.page.context().close();
  }
});

test('where notifications are blocked the settings say so plainly', { timeout: 60_000 }, async () => {
  const context = await browser.newContext(phone('en'));
  await context.addInitScript(() => Object.defineProperty(Notification, 'permission', { get: () => 'denied' }));
  const worker = await Person.in(context, server.url, 'en');
  try {
    await worker.setUp(await server.person('field', 'Glasfor Police'));
    await worker.menu('nav.settings');
    await worker.sees('telling.blocked');
    await worker.sees('telling.inbox_anyway');
    assert.equal(await worker.button('telling.turn_on').count(), 0);
  } finally {
    await context.close();
  }
});
