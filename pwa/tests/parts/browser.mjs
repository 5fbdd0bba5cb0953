import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { until } from './server.mjs';

const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

function executable() {
  try {
    return execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
  } catch {
    const own = chromium.executablePath();
    if (!existsSync(own)) throw new Error('Chromium is missing: run make browser first');
    return own;
  }
}

const options = () => ({ executablePath: executable(), args, env: { ...process.env, TZ: 'Europe/London' } });
const locales = { en: 'en-GB', cy: 'cy-GB' };

/** A small phone, and a desk. */
export const phone = (lang) => ({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, locale: locales[lang], timezoneId: 'Europe/London' });
export const desk = (lang) => ({ viewport: { width: 1280, height: 800 }, locale: locales[lang], timezoneId: 'Europe/London' });

/** Starts a browser that forgets everything when it ends. */
export const launch = () => chromium.launch(options());

/** Starts a browser on a profile folder, which is what a phone keeps between two starts. */
export const launchOn = (folder, device) => chromium.launchPersistentContext(folder, { ...options(), ...device });

/** Ends the browser of a profile folder as a dying phone does: its first process is killed, nothing is closed. */
export async function killOn(folder, context) {
  const gone = new Promise((done) => context.once('close', done));
  const ours = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isMain(pid, folder));
  if (ours.length !== 1) throw new Error(`expected one browser on ${folder}, found ${ours.length}`);
  process.kill(Number(ours[0]), 'SIGKILL');
  await gone;
  await until('every process of the browser is gone', () => !existsSync(`/proc/${ours[0]}/exe`));
}

function isMain(pid, folder) {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.includes(`--user-data-dir=${folder}`) && !words.some((word) => word.startsWith('--type='));
  } catch {
    return false; // It ended while the list was read.
  }
}
