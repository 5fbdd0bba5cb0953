// Measures the app in Chromium at a sixth of its speed: a cold start with the server gone, and unlocking to the list.
// Run by the benchmark: node bench/browser.mjs <data folder> <keys folder> <email> <password> <records>
// Prints one JSON line: {"first_paint_ms": […], "unlock_ms": […]}.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchOn, phone } from '../pwa/tests/parts/browser.mjs';
import { passphrase, Person } from '../pwa/tests/parts/person.mjs';
import { Program } from './program.mjs';

const [data, keys, email, password, records] = process.argv.slice(2);
const [turns, slowdown, shown] = [5, 6, 20];
const profile = mkdtempSync(join(tmpdir(), 'noddfa-bench-profile-'));
/** What is left of the list below the rows that are shown; the button that brings it names the number. */
const rest = String(Number(records) - shown);

/** Sets the phone up and takes every record in, at full speed and over the real exchange. */
async function fill(url) {
  const context = await launchOn(profile, phone('en'));
  const person = await Person.in(context, url, 'en');
  await person.setUp({ email, password });
  await person.page.getByRole('button', { name: new RegExp(`\\b${rest}\\b`) }).waitFor({ timeout: 120_000 });
  await context.close();
}

/** In the page: when the whole list stands there, counted from the press of the button. */
function watchUnlock(expected) {
  let start = 0;
  addEventListener('click', () => (start = performance.now()), { capture: true, once: true });
  window.listed = new Promise((done) => {
    const look = () => {
      const rows = document.querySelectorAll('main .app-list > li').length;
      const more = [...document.querySelectorAll('main button')].some((b) => new RegExp(`\\b${expected}\\b`).test(b.textContent));
      if (rows > 0 && more) requestAnimationFrame(() => setTimeout(() => done({ ms: performance.now() - start, rows })));
      else requestAnimationFrame(look);
    };
    look();
  });
}

/** One cold start in a new browser process. */
async function coldStart(url) {
  const context = await launchOn(profile, phone('en'));
  try {
    const person = await Person.in(context, url, 'en');
    const control = await context.newCDPSession(person.page);
    await control.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await person.goes('/');
    await person.locked();
    const paint = await person.page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
    await person.page.evaluate(watchUnlock, rest);
    await person.unlock(passphrase);
    const list = await person.page.evaluate(() => window.listed);
    if (list.rows !== shown) throw new Error(`the list shows ${list.rows} rows, not ${shown}`);
    if (person.complaints.length > 0) throw new Error(`the page complained: ${person.complaints.join('; ')}`);
    return { paint, list: list.ms };
  } finally {
    await context.close();
  }
}

const program = new Program(data, keys);
try {
  const url = await program.serve();
  await fill(url);
  await program.stop();
  const all = [];
  for (let turn = 0; turn < turns; turn++) all.push(await coldStart(url));
  process.stdout.write(`${JSON.stringify({ first_paint_ms: all.map((t) => t.paint), unlock_ms: all.map((t) => t.list) })}\n`);
} finally {
  await program.stop();
  rmSync(profile, { recursive: true, force: true });
}
