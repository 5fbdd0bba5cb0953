// Measures the NRM form in Chromium at a quarter of its speed, on a phone and on a desk: what script does for each
// interaction, from the touch until everything that follows from it is done.
// Run by the benchmark: node bench/form.mjs <data folder> <keys folder> <email> <password> <referral>
// Prints one JSON line: {"<interaction>": [{"script": ms, "drawing": ms, "after": ms}, …], …}.
import { readFileSync } from 'node:fs';
import { desk, launch, phone } from '../pwa/tests/parts/browser.mjs';
import { passphrase, Person } from '../pwa/tests/parts/person.mjs';
import { Program } from './program.mjs';
import { Trace } from './trace.mjs';

const [data, keys, email, password, referral] = process.argv.slice(2);
const [turns, slowdown, keyPresses] = [5, 4, 3];
/** A page that changes is there within this time. What was written is saved a quarter of a second later and handed in after that. */
const [turnsPageMs, showsMs, savesMs] = [500, 200, 1_200];
const form = JSON.parse(readFileSync(new URL('../pb_migrations/forms/nrm.json', import.meta.url), 'utf8'));
const part = form.sections.find(({ id }) => id === 'exploitation');
const label = (key) => part.questions.find((question) => question.key === key).label.en;

/** One person at one screen, and what each of their interactions took. */
class Sitting {
  took = {};

  constructor(person, session, at) {
    Object.assign(this, { person, page: person.page, session, at, trace: new Trace(session) });
  }

  /** Presses where an element stands, as a finger or a mouse does: nothing of ours runs in the page meanwhile. */
  async press(name, element, shows, writes = false) {
    await element.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await element.boundingBox();
    const at = { x: x + Math.min(width / 2, 40), y: y + height / 2, button: 'left', clickCount: 1 };
    await this.measure(name, async () => {
      await this.session.send('Input.dispatchMouseEvent', { type: 'mousePressed', ...at });
      await this.session.send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...at });
    }, writes);
    await shows();
  }

  /** Types a few letters at the end of a box, each an interaction. */
  async type(name, box) {
    const before = await box.inputValue();
    await box.focus();
    await box.evaluate((area) => area.setSelectionRange(area.value.length, area.value.length));
    for (let i = 0; i < keyPresses; i++) await this.measure(name, () => this.session.send('Input.insertText', { text: 'a' }), true);
    if ((await box.inputValue()) !== before + 'a'.repeat(keyPresses)) throw new Error(`${name}: the letters are not in the box`);
  }

  /** Measures one interaction. What it writes is saved a little later, which is told apart. */
  async measure(name, act, writes) {
    await this.trace.start();
    await this.page.evaluate(() => performance.mark('bench-from'));
    await act();
    await new Promise((done) => setTimeout(done, writes ? savesMs : turnsPageMs));
    await this.page.evaluate(() => performance.mark('bench-to'));
    (this.took[`${this.at}: ${name}`] ??= []).push(await this.trace.between('bench-from', 'bench-to', writes ? showsMs : turnsPageMs));
  }

  /** A button by the words it begins with; how far a part is may stand behind its name. */
  button(words) {
    return this.page.getByRole('main').getByRole('button').filter({ hasText: new RegExp(`^\\s*${words}`) });
  }

  question(key) {
    return this.page.locator(`#q-${key}`);
  }

  /** Chooses the first or the second answer of a question that shows one other question or another. */
  choose(key, nth, other) {
    const legend = label(key);
    const choice = this.page.getByRole('group', { name: legend }).getByRole('radio').nth(nth);
    return this.press('choose', choice, async () => {
      if (!(await choice.isChecked())) throw new Error(`${key}: the choice does not stand`);
      await other();
    }, true);
  }

  async opens() {
    const row = this.page.locator(`a[href="/referral/${referral}/edit"]`).first();
    await row.waitFor();
    await this.page.waitForTimeout(1_000);
    const named = this.button(part.title.en);
    await this.press('open', row, () => named.waitFor());
    await this.press('part', named, () => this.question('several_situations').waitFor());
  }

  /** To the check page, where the one thing that is missing is found. */
  async checks() {
    await this.press('check page', this.button(this.person.t('refer.check')), () => this.question('danger').waitFor());
    await this.press('validate', this.button(this.person.t('refer.hand_in')), async () => {
      const found = this.page.locator('.govuk-error-summary li');
      await found.first().waitFor();
      if ((await found.count()) !== 1) throw new Error(`validating found ${await found.count()} problems: ${await found.allTextContents()}`);
    });
  }
}

/** One question at a time. */
async function onPhone(s) {
  const first = s.page.getByText(s.person.t('refer.step', { part: part.title.en, n: 1, of: '' }).split('1')[0] + '1');
  await s.opens();
  await s.choose('several_situations', 0, () => first.waitFor());
  await s.choose('several_situations', 1, () => first.waitFor());
  await s.press('next', s.button(s.person.t('refer.next')), () => s.question('when_single').waitFor());
  await s.type('type', s.question('when_single'));
  await s.press('next', s.button(s.person.t('refer.next')), () => s.question('how_started').waitFor());
  await s.type('type in a full box', s.question('how_started'));
  await s.button(s.person.t('refer.to_list')).click();
  await s.checks();
}

/** A whole part of the form at a time. */
async function onDesk(s) {
  await s.opens();
  await s.choose('several_situations', 0, () => s.question('when_several').waitFor());
  await s.choose('several_situations', 1, () => s.question('when_single').waitFor());
  await s.type('type', s.question('when_single'));
  await s.type('type in a full box', s.question('how_started'));
  await s.press('next', s.button(s.person.t('refer.go_on')), () => s.button(part.title.en).waitFor());
  await s.checks();
}

async function sit(browser, url, at, device, walk) {
  const context = await browser.newContext(device);
  const person = await Person.in(context, url, 'en');
  await person.setUp({ email, password });
  const session = await context.newCDPSession(person.page);
  const sitting = new Sitting(person, session, at);
  for (let turn = 0; turn < turns; turn++) {
    await person.goes('/');
    await person.unlock(passphrase);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await walk(sitting);
    await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  }
  if (person.complaints.length > 0) throw new Error(`the page complained: ${person.complaints.join('; ')}`);
  await context.close();
  return sitting.took;
}

const program = new Program(data, keys);
const browser = await launch();
try {
  const url = await program.serve();
  const all = { ...(await sit(browser, url, 'phone', phone('en'), onPhone)), ...(await sit(browser, url, 'desk', desk('en'), onDesk)) };
  process.stdout.write(`${JSON.stringify(all)}\n`);
} finally {
  await browser.close();
  await program.stop();
}
