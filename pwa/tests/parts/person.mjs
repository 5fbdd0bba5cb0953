import { readFileSync } from 'node:fs';
import { words } from './words.mjs';

const signs = JSON.parse(readFileSync(new URL('../../../pb_migrations/indicators.json', import.meta.url), 'utf8'));
export const passphrase = 'dwr haul mynydd saith';

/** The words of a sign in a language. */
export const sign = (code, lang) => signs.find((one) => one.code === code)[lang];

/** Somebody using the app in one page, found by what the screen says and not by how it is built. */
export class Person {
  /** What the page complained of: script errors, CSP violations, warnings. A missing network is no complaint. */
  complaints = [];

  constructor(page, url, lang) {
    Object.assign(this, { page, url, lang });
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (line) => {
      const network = /Failed to load resource|net::ERR_|An SSL certificate|ERR_CONNECTION/.test(line.text());
      if (!network && ['error', 'warning'].includes(line.type())) this.complaints.push(line.text());
    });
  }

  /** A new page of a context. */
  static async in(context, url, lang) {
    return new Person(context.pages().find((page) => page.url() === 'about:blank') ?? (await context.newPage()), url, lang);
  }

  t(key, holes) {
    return words(this.lang, key, holes);
  }

  button(key, holes) {
    return this.page.getByRole('button', { name: this.t(key, holes), exact: true });
  }

  link(key) {
    return this.page.getByRole('link', { name: this.t(key), exact: true });
  }

  field(key) {
    return this.page.getByLabel(this.t(key), { exact: true });
  }

  heading(key, holes) {
    return this.page.getByRole('heading', { name: this.t(key, holes) });
  }

  /** A text anywhere on the page, once it shows. */
  async sees(key, holes) {
    await this.page.getByText(this.t(key, holes)).first().waitFor();
  }

  async goes(path) {
    await this.page.goto(this.url + path);
  }

  /** Follows a link of the main menu; a count may stand behind its name. */
  async menu(key) {
    await this.page.getByRole('navigation').getByRole('link', { name: this.t(key) }).click();
  }

  async signIn({ email, password }) {
    await this.field('sign_in.email').fill(email);
    await this.field('sign_in.password').fill(password);
    await this.button('sign_in.button').click();
  }

  async enrol(initials = 'AB', secret = passphrase) {
    await this.field('enrol.passphrase').fill(secret);
    await this.field('enrol.again').fill(secret);
    await this.field('enrol.initials').fill(initials);
    await this.button('enrol.button').click();
  }

  async atHome() {
    // Who only has a desk begins there.
    await this.heading('home.title').or(this.heading('home.title_desk')).first().waitFor({ timeout: 30_000 });
  }

  /** Signs in, sets the phone up, and waits until it says that it is ready to lose its signal. */
  async setUp(who, initials, secret) {
    await this.goes('/');
    await this.signIn(who);
    await this.enrol(initials, secret);
    await this.atHome();
    await this.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await this.page.getByText(this.t('sync.all_in')).or(this.page.getByText(this.t('sync.drafts', { n: 1 }))).first().waitFor({ timeout: 30_000 });
  }

  async unlock(secret = passphrase) {
    await this.field('lock.passphrase').fill(secret);
    await this.button('lock.button').click();
  }

  /** Locks by the button in the settings, and waits for the page that starts anew. */
  async locksNow() {
    await this.menu('nav.settings');
    await Promise.all([this.page.waitForEvent('load'), this.button('settings.lock_now').click()]);
    await this.locked();
  }

  /** Goes to another app, or comes back from it. */
  async hides(hidden) {
    await this.page.evaluate((is) => {
      Object.defineProperty(document, 'hidden', { value: is, configurable: true });
      Object.defineProperty(document, 'visibilityState', { value: is ? 'hidden' : 'visible', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  }

  /** Waits for the lock to be ready for the next try, with the phone's clock put on past its back-off. */
  async waitsOutBackOff() {
    await this.button('lock.button').waitFor();
    this.#aheadMs += 3_600_000;
    await this.page.clock.setFixedTime(Date.now() + this.#aheadMs);
    await this.page.locator('main [role=status]').waitFor({ state: 'detached' });
  }
  #aheadMs = 0;

  async locked() {
    await this.field('lock.passphrase').waitFor();
  }

  /** Opens a part of the record form; an open one stays open. */
  async open(section) {
    const head = this.page.locator(`#s-${section}`);
    if ((await head.getAttribute('aria-expanded')) !== 'true') await head.click();
  }

  /** Ticks a sign by how it is known. */
  async tick(code, basis) {
    const named = this.page.getByRole('group', { name: sign(code, this.lang), exact: true });
    await named.getByRole('button', { name: this.t(`basis.${basis}`), exact: true }).click();
  }

  /** Chooses one answer of a question. */
  async choose(question, answer) {
    await this.page.getByRole('group', { name: this.t(question) }).getByLabel(this.t(answer), { exact: true }).check();
  }

  /** Waits until what was typed is sealed and stored. */
  async saved() {
    await this.page.waitForTimeout(1_000);
  }

  /** Records what is given and hands it in; gives the record's address and code-name. */
  async handsIn({ narrative, codename, name = '', more = async () => undefined }) {
    await this.menu('nav.new');
    await this.open('story');
    await this.field('field.narrative').fill(narrative);
    if (name !== '') {
      await this.open('person');
      await this.field('field.name').fill(name);
    }
    await more();
    await this.field('field.codename').fill(codename);
    await this.button('check.button').click();
    await this.heading('view.title', { name: codename }).waitFor();
    return new URL(this.page.url()).pathname;
  }

  /** The rows of a record in the lists of a page. */
  row(codename) {
    return this.page.getByRole('listitem').filter({ hasText: codename });
  }

  /** Loses and finds the signal again, which makes the app ask the server at once. */
  async asksAgain() {
    await this.page.context().setOffline(true);
    await this.page.context().setOffline(false);
    await this.page.getByText(this.t('sync.all_in')).or(this.page.getByText(this.t('sync.drafts', { n: 1 }))).first().waitFor();
  }

  /** Opens what stands folded away under a summary. */
  async unfold(key) {
    await this.page.locator('summary').filter({ hasText: this.t(key) }).click();
  }

  /** Sends one of the three decisions on the record under review. */
  async decides(decision, { codes = [], fields = [], note = '' } = {}) {
    await this.page.getByRole('radio', { name: this.t(`review.${decision}`) }).check();
    for (const code of codes) await this.page.getByLabel(this.t(`code.${code}`), { exact: true }).check();
    if (fields.length > 0) await this.unfold('review.fields');
    for (const field of fields) await this.page.getByRole('checkbox', { name: this.t(`field.${field}`), exact: true }).check();
    if (note !== '') await this.page.locator('#note').fill(note);
    await this.button('review.button').click();
  }
}
