// Takes a picture of every screen, at phone and desk size, in both languages, from the real server with made-up data.
// Run by `make shots`; writes docs/screens/*.png and the list of them.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { desk, phone } from './parts/browser.mjs';
import { referTour } from './parts/refer-tour.mjs';
import { Server } from './parts/server.mjs';

const root = resolve(import.meta.dirname, '../..');
const out = join(root, 'docs/screens');
const sizes = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 800 } };
const passphrase = 'pedwar gair am y tywydd';
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const only = process.argv[2] ?? '';

/** Starts the built server with made-up data on a free port; resolves with its address and the way to stop it. */
async function startServer() {
  const dir = await mkdtemp(join(tmpdir(), 'shots-'));
  const port = 20000 + Math.floor(Math.random() * 20000);
  const base = `http://127.0.0.1:${port}`;
  const args = ['serve', '--demo', '--dir', join(dir, 'data'), '--keys', join(dir, 'keys'), '--http', `127.0.0.1:${port}`];
  const child = spawn(join(root, 'bin/noddfa'), args, { stdio: 'ignore' });
  const stop = async () => {
    child.kill();
    await rm(dir, { recursive: true, force: true });
  };
  for (let waited = 0; waited < 120; waited++) {
    if (child.exitCode !== null) throw new Error(`the server stopped with ${child.exitCode}; run make build first`);
    const answer = await fetch(`${base}/api/noddfa/demo`).catch(() => null);
    if (answer?.ok) return { base, people: (await answer.json()).sign_ins, stop };
    await new Promise((r) => setTimeout(r, 500));
  }
  await stop();
  throw new Error('the server did not answer within a minute');
}

/** Follows one of the app's own links without leaving the page, as a person does; a reload would lock the phone. */
async function follow(page, path) {
  await page.evaluate((href) => {
    const link = Object.assign(document.createElement('a'), { href });
    document.body.append(link);
    link.click();
    link.remove();
  }, path);
  await page.waitForTimeout(400);
}

async function enrol(page, base, person, shot) {
  await page.goto(base);
  await page.locator('.app-people button').first().waitFor();
  await shot('sign-in');
  await page.fill('#email', person.email);
  await page.fill('#password', person.password);
  await page.locator('form button[type=submit]').click();
  await page.locator('#passphrase').waitFor();
  await shot('enrol');
  await page.fill('#passphrase', passphrase);
  await page.fill('#again', passphrase);
  await page.fill('#initials', 'NE');
  await page.locator('form button[type=submit]').click();
  await page.locator('.app-nav').waitFor({ timeout: 60_000 });
  await page.locator('.app-sync__when').waitFor({ timeout: 60_000 });
  await page.waitForTimeout(1500);
}

async function fieldScreens(page, shot) {
  await shot('home');
  await follow(page, '/record/new');
  await shot('record');
  const signs = page.locator('.app-sign');
  await signs.first().locator('.app-way').first().click();
  for (const part of ['signs', 'story', 'person', 'risk', 'contact', 'types']) {
    if (part !== 'signs') await page.locator(`#s-${part}`).click();
    await page.locator(`#s-${part}`).scrollIntoViewIfNeeded();
    if (part === 'contact') await page.locator('input[name="f-safe_contact"][value=yes]').check();
    await page.locator(`#s-${part}-body`).waitFor();
    await shot(`record-${part}`, `#s-${part}`);
    await page.locator(`#s-${part}`).click();
  }
  await page.locator('.govuk-button--warning').first().click();
  await shot('record-danger', '.app-panel--danger');
  await page.locator('#f-codename').scrollIntoViewIfNeeded();
  await page.locator('main .govuk-button', { hasText: /^(Hand in|Cyflwyno)$/ }).click();
  await page.locator('.govuk-error-summary').waitFor();
  await shot('record-problem');
  await page.locator('input[name="f-danger_answers"]').first().check();
  await page.context().setOffline(true);
  await page.locator('main .govuk-button', { hasText: /^(Hand in|Cyflwyno)$/ }).click();
  await page.locator('.app-timeline').waitFor();
  await page.waitForTimeout(500);
  await shot('record-waiting');
  await page.context().setOffline(false);
  await page.waitForTimeout(2500);
  await shot('record-handed-in');
  await follow(page, '/');
  const returned = page.locator('.app-list a[href$="/edit"]').first();
  if ((await returned.count()) > 0) {
    await returned.click();
    await page.locator('#s-signs').waitFor();
    await shot('record-returned', 'h1');
  }
  for (const [name, path] of [['attention', '/attention'], ['inbox', '/inbox'], ['advice', '/advice'], ['settings', '/settings'], ['not-found', '/nothing']]) {
    await follow(page, path);
    await shot(name);
  }
  await follow(page, '/settings');
  await page.evaluate(() => [...document.querySelectorAll('h2')].find((head) => /^(Notifications|Hysbysiadau)/.test(head.textContent))?.setAttribute('data-told', ''));
  await shot('settings-told', '[data-told]');
  await page.getByRole('button', { name: /^(Lock now|Cloi nawr)$/ }).click();
  await page.locator('#passphrase').waitFor();
  await shot('lock');
  await page.fill('#passphrase', 'not this one');
  await page.locator('form button[type=submit]').click();
  await page.locator('.govuk-error-message').waitFor({ timeout: 30_000 });
  await shot('lock-wrong');
  await page.locator('h1').click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.locator('.app-blank').waitFor();
  await page.waitForTimeout(500);
  await shot('hidden');
}

async function deskScreens(page, shot) {
  await shot('home-supervisor');
  await follow(page, '/queue');
  await page.locator('.app-list a').first().waitFor();
  await shot('queue');
  const records = await page.locator('.app-list').first().locator('a').evaluateAll((links) => links.map((a) => a.getAttribute('href')));
  await follow(page, records[0]);
  await shot('review');
  await shot('review-timeline', '.app-timeline');
  const pickUp = page.getByRole('button', { name: /^(Pick up|Take over|Codi|Cymryd drosodd)$/ });
  for (const path of records) {
    await follow(page, path);
    if ((await pickUp.count()) === 0) continue;
    await pickUp.click();
    await page.locator('input[name=decision][value=return]').check({ timeout: 20_000 });
    await shot('review-return', 'form');
    break;
  }
  await follow(page, '/attention');
  await shot('attention-supervisor');
}

/** What waits for a supervisor whose agency has a conflict, or held work, in the made-up data. */
const waiting = (name) => async (page, shot) => {
  await follow(page, '/attention');
  const card = page.locator('.app-card').first();
  if ((await card.count()) > 0) await shot(name, '.app-card');
};

const walks = [
  ['field', '', fieldScreens],
  ['supervisor', '', deskScreens],
  ['supervisor', 'Hafan', waiting('attention-conflict')],
  ['supervisor', 'Llwybr', waiting('attention-held')],
];

// Of the states that the tour of referrals goes through, those worth a picture, and what to show of a long page.
const pictured = {
  'refer-pathways': '', 'refer-list': '', 'refer-consent': '', 'refer-question-text': '', 'refer-check-problem': '', 'refer-returned': '', 'refer-view': '',
  'refer-queue': '', 'refer-review-hits': '#hits', 'refer-review-return': 'form', send: '', 'send-disclosure-problem': '', 'send-pack': '.app-pack', 'received-one': '', 'what-next': '',
};

/** Pictures of the screens of referrals: one tour in each language, each state at both sizes. */
async function referScreens(browser, taken) {
  for (const lang of ['en', 'cy']) {
    const server = await Server.start();
    const contexts = await Promise.all([phone(lang), desk(lang), desk(lang), desk(lang)].map((options) => browser.newContext(options)));
    try {
      await referTour(server, contexts, lang, async (name, { page }) => {
        if (pictured[name] === undefined || (only !== '' && !name.includes(only))) return;
        const own = page.viewportSize();
        for (const [size, viewport] of Object.entries(sizes)) {
          await page.setViewportSize(viewport);
          await page.evaluate((sel) => (sel ? document.querySelector(sel)?.scrollIntoView({ block: 'start' }) : scrollTo(0, 0)), pictured[name]);
          await page.waitForTimeout(150);
          const file = `${name}-${size}-${lang}.png`;
          await page.screenshot({ path: join(out, file) });
          taken.push(file);
        }
        await page.setViewportSize(own);
      });
    } finally {
      await Promise.all(contexts.map((context) => context.close()));
      await server.stop();
    }
  }
}

const server = await startServer();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
const taken = [];
await mkdir(out, { recursive: true });
try {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const lang of ['en', 'cy']) {
      for (const [role, agency, walk] of walks) {
        const context = await browser.newContext({ viewport, locale: `${lang}-GB`, timezoneId: 'Europe/London', hasTouch: size === 'phone' });
        const page = await context.newPage();
        // A screen is as tall as its window: pictures stay small and show what a person sees at once.
        const shot = async (name, at) => {
          if (role === 'supervisor' && ['sign-in', 'enrol'].includes(name)) return;
          if (only !== '' && !name.includes(only)) return;
          await page.evaluate((sel) => (sel ? document.querySelector(sel)?.scrollIntoView({ block: 'start' }) : scrollTo(0, 0)), at);
          await page.waitForTimeout(150);
          const file = `${name}-${size}-${lang}.png`;
          await page.screenshot({ path: join(out, file) });
          taken.push(file);
        };
        await enrol(page, server.base, server.people.find((p) => p.role === role && p.agency.includes(agency)), shot);
        await walk(page, shot);
        await context.close();
      }
    }
  }
  await server.stop();
  await referScreens(browser, taken);
} finally {
  await browser.close();
  await server.stop();
}
const names = [...new Set(taken.map((file) => file.replace(/-(phone|desk)-(en|cy)\.png$/, '')))];
const row = (name) => `| ${name} | ${Object.keys(sizes).flatMap((s) => ['en', 'cy'].map((l) => `[${s} ${l}](${name}-${s}-${l}.png)`)).join(' | ')} |`;
await writeFile(join(out, 'README.md'), `# Every screen\n\nTaken by \`make shots\` from the real server with made-up data.\n\n| screen | phone, English | phone, Welsh | desk, English | desk, Welsh |\n|---|---|---|---|---|\n${names.map(row).join('\n')}\n\nTwo pages of a pack on paper, printed by \`internal/pack\`: [English](pack-en.png), [Welsh](pack-cy.png).\n`);
