// Every screen in every important state, in both languages, the worker's on a phone and the supervisor's at a desk: no violation of WCAG 2.0 to 2.2, A and AA,
// and not one line of complaint in the console under the strict content security policy.
import { AxeBuilder } from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, launch, phone } from './parts/browser.mjs';
import { referTour } from './parts/refer-tour.mjs';
import { Server } from './parts/server.mjs';
import { tour } from './parts/tour.mjs';

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

/** The ids that stand on a page twice: a label, or a link of the error summary, would lead to the wrong one. */
const twice = (page) => page.evaluate(() => [...document.querySelectorAll('[id]')].map(({ id }) => id).filter((id, n, all) => all.indexOf(id) !== n));

async function check(page, name) {
  const { violations, passes } = await new AxeBuilder({ page }).withTags(tags).setLegacyMode().analyze();
  assert.ok(passes.length > 5, `${name}: axe looked at the page`);
  assert.deepEqual(await twice(page), [], `${name}: each id stands once`);
  return violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
}

for (const lang of ['en', 'cy']) {
  test(`no violation on any screen, ${lang}`, { timeout: 240_000 }, async () => {
    const contexts = await Promise.all([phone(lang), desk(lang)].map((options) => browser.newContext(options)));
    const found = [];
    const seen = new Set();
    const complaints = await tour(server, contexts, lang, async (name, person) => {
      found.push(...(await check(person.page, name)));
      seen.add(name);
      assert.equal(await person.page.locator('html').getAttribute('lang'), lang);
    });
    assert.deepEqual(found, []);
    assert.deepEqual(complaints, []);
    assert.ok(seen.size >= 25, `${seen.size} states were seen`);
  });
}

// The narrowest phone that there is, and a desk. A page that is wider than the window has to be pushed about with a thumb.
const sizes = [{ width: 320, height: 640 }, { width: 1280, height: 800 }];

for (const lang of ['en', 'cy']) {
  test(`no violation on any screen of referrals, small and wide, ${lang}`, { timeout: 400_000 }, async () => {
    const contexts = await Promise.all([phone(lang), desk(lang), desk(lang), desk(lang)].map((options) => browser.newContext(options)));
    const found = [];
    const seen = new Set();
    const complaints = await referTour(server, contexts, lang, async (name, { page }) => {
      const own = page.viewportSize();
      for (const size of sizes) {
        await page.setViewportSize(size);
        found.push(...(await check(page, `${name} at ${size.width}`)));
        const wider = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
        if (wider > 0) found.push(`${name} at ${size.width}: ${wider} too wide`);
      }
      await page.setViewportSize(own);
      seen.add(name);
    });
    assert.deepEqual(found, []);
    assert.deepEqual(complaints, []);
    assert.ok(seen.size >= 25, `${seen.size} states were seen`);
    await Promise.all(contexts.map((context) => context.close()));
  });
}
