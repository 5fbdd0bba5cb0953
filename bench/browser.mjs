// Measures the app in Chromium at a sixth of its speed: a cold start with the server gone, and unlocking to the list.
// Run by the benchmark: node bench/browser.mjs <data folder> <keys folder> <email> <password> <records>
// Prints one JSON line: {"first_paint_ms": […], "unlock_ms": […]}.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launchOn, phone } from '../pwa/tests/parts/browser.mjs';
import { passphrase, Person } from '../pwa/tests/parts/person.mjs';
import { until } from '../pwa/tests/parts/server.mjs';

const [data, keys, email, password, records] = process.argv.slice(2);
const [turns, slowdown, shown] = [5, 6, 20];
const profile = mkdtempSync(join(tmpdir(), 'noddfa-bench-profile-'));
const program = process.env.NODDFA_BIN ?? resolve(import.meta.dirname, '../bin/noddfa');
const server = spawn(program, ['serve', '--dir', data, '--keys', keys, '--http', '127.0.0.1:0']);
let output = '';
for (const stream of [server.stdout, server.stderr]) stream.on('data', (bytes) => (output += bytes));

/** What is left of the list below the rows that are shown; the button that brings it names the number. */
const rest = String(Number(records) - shown);

async function stopServer() {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGKILL');
  await once(server, 'exit');
}

async function serve() {
  let url;
  await until('the server has started', async () => {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}:\n${output}`);
    url = /app\s+(http\S+)/.exec(output)?.[1];
    return url !== undefined && fetch(`${url}/api/health`).then((answer) => answer.ok, () => false);
  }, 60_000);
  return url;
}

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

try {
  const url = await serve();
  await fill(url);
  await stopServer();
  const all = [];
  for (let turn = 0; turn < turns; turn++) all.push(await coldStart(url));
  process.stdout.write(`${JSON.stringify({ first_paint_ms: all.map((t) => t.paint), unlock_ms: all.map((t) => t.list) })}\n`);
} finally {
  await stopServer();
  rmSync(profile, { recursive: true, force: true });
}
