import { optionsOf, optionText, questionsOf } from './answers.mjs';

// The app shows a list longer than this as a search.
const longList = 12;
const months = /^(\d+)-(\d+)-(\d+)$/;
const bare = (part) => String(Number(part));

/** Answers one question as a person does: finds it by its own words, and uses the control that it comes with. */
export async function answers(person, definition, question, value) {
  const { page, lang } = person;
  const label = question.label[lang];
  const word = (one) => optionText(definition, question, one, lang);
  const group = page.getByRole('group', { name: label, exact: true });
  const field = page.getByLabel(label, { exact: true });
  const few = optionsOf(definition, question).length <= longList;
  if (question.type === 'radio') return group.getByLabel(word(value), { exact: true }).check();
  if (question.type === 'checkboxes') return [value].flat().reduce((before, one) => before.then(() => group.getByLabel(word(one), { exact: true }).check()), Promise.resolve());
  if (question.type === 'confirm') return field.check();
  if (question.type === 'date') {
    const [, year, month, day] = months.exec(value);
    for (const [key, text] of [['day', bare(day)], ['month', bare(month)], ['year', year]]) await group.getByLabel(person.t(`refer.${key}`), { exact: true }).fill(text);
    return;
  }
  if (question.type === 'select' && few) return void (await field.selectOption({ label: word(value) }));
  if (question.type === 'select' || question.type === 'select_repeat') {
    for (const one of [value].flat()) {
      await field.fill(word(one));
      await page.getByRole('button', { name: word(one), exact: true }).click();
    }
    return;
  }
  await field.fill(String(value));
}

/** The keys of the questions that stand on the page now, in its order. */
const keysHere = (page) => page.locator('main [id^="q-"]').evaluateAll((inputs) => inputs.map((input) => /^q-([a-z0-9_]+)$/.exec(input.id)?.[1]).filter(Boolean));

/** Answers what a page asks, and what it asks because of the answers, until nothing new is asked. Gives the keys that were asked. */
async function answersPage(person, definition, given) {
  const questions = questionsOf(definition);
  const seen = new Set();
  for (;;) {
    const next = (await keysHere(person.page)).find((key) => questions.has(key) && !seen.has(key));
    if (next === undefined) return seen;
    seen.add(next);
    if (given[next] !== undefined) await answers(person, definition, questions.get(next), given[next]);
  }
}

/** The list of parts that a referral begins with. */
export const partButton = (person, title) => person.page.getByRole('main').getByRole('listitem').getByRole('button').filter({ has: person.page.getByText(title, { exact: true }) });
const atList = (person) => person.page.getByText(person.t('refer.list_intro')).waitFor();

/** Goes back to the list of parts from anywhere in the form. */
export async function toList(person) {
  await person.page.getByRole('button', { name: person.t('refer.to_list'), exact: true }).click();
  await atList(person);
}

/** Writes the consent page. */
export async function writesConsent(person, definition, given) {
  await partButton(person, person.t('refer.consent')).click();
  await person.heading('refer.consent').waitFor();
  const asked = await answersPage(person, definition, given);
  await person.button('refer.go_on').click();
  await atList(person);
  return asked;
}

/** Writes one part: on a phone question by question, at a desk the whole part on its page. Gives the keys that were asked. */
async function writesPart(person, definition, section, given) {
  const { page } = person;
  await partButton(person, section.title[person.lang]).click();
  const wide = page.viewportSize().width >= 768;
  // On a phone the question is the heading, and the part stands above it.
  if (wide) await page.getByRole('heading', { name: section.title[person.lang], exact: true }).waitFor();
  else await page.locator('.govuk-caption-m').filter({ hasText: section.title[person.lang] }).waitFor();
  const asked = new Set();
  for (;;) {
    for (const key of await answersPage(person, definition, given)) asked.add(key);
    const step = wide ? '' : await page.locator('.govuk-caption-m').innerText();
    await person.button(wide ? 'refer.go_on' : 'refer.next').click();
    if (wide) break;
    await page.waitForFunction((before) => document.querySelector('.govuk-caption-m')?.innerText !== before, step);
    if (!(await person.button('refer.next').isVisible())) break;
  }
  await atList(person);
  return asked;
}

/** Writes every part of a form that is asked, but for those named in `leave`. Gives the keys of all questions that were asked. */
export async function writesForm(person, definition, given, leave = []) {
  const asked = new Set();
  const add = (keys) => keys.forEach((key) => asked.add(key));
  await atList(person);
  if (await partButton(person, person.t('refer.consent')).count()) add(await writesConsent(person, definition, given));
  for (const section of definition.sections) {
    if (leave.includes(section.id) || (await partButton(person, section.title[person.lang]).count()) === 0) continue;
    add(await writesPart(person, definition, section, given));
  }
  return asked;
}

/** Starts a referral of a kind from the record or from the first page; says the facts first. */
export async function starts(person, type, facts = async () => undefined) {
  await person.heading('refer.start').waitFor();
  await facts();
  const card = person.page.getByRole('region', { name: person.t(`pathway.${type}`), exact: true });
  await card.getByRole('button').click();
  await person.button('refer.begin').click();
  await person.page.getByText(person.t('refer.list_intro')).waitFor();
}

/** Opens the last part, and hands in. */
export async function handsReferralIn(person, again = false) {
  await partButton(person, person.t('refer.check')).click();
  await person.heading('refer.check').waitFor();
  await person.button(again ? 'check.button_again' : 'refer.hand_in').click();
}

/** Opens one referral by its code-name in a table or list of the page. */
export const opensRow = (person, codename) => person.page.getByRole('main').getByRole('link', { name: codename }).first().click();

/** What a reviewer answers to the quality checklist. */
const lines = ['detail', 'dates_in_order', 'indicators_stated', 'context', 'gaps_explained', 'view_tied_to_facts', 'second_contact', 'documents_dated'];
export const checklist = Object.fromEntries(lines.map((line) => [line, 'yes']));

export async function approves(person) {
  await person.page.getByRole('radio', { name: person.t('review.approve') }).check();
  for (const line of lines) await person.page.getByRole('group', { name: person.t(`checklist.${line}`), exact: true }).getByLabel(person.t('checked.yes'), { exact: true }).check();
  await person.button('review.button').click();
}

/** Returns with codes, the questions in doubt, and a note. */
export async function returns(person, definition, { codes, keys, note }) {
  await person.page.getByRole('radio', { name: person.t('review.return'), exact: true }).check();
  for (const code of codes) await person.page.getByLabel(person.t(`code.${code}`), { exact: true }).check();
  await person.unfold('review.fields');
  for (const key of keys) await person.page.getByRole('group', { name: person.t('review.fields') }).getByLabel(questionsOf(definition).get(key).label[person.lang], { exact: true }).check();
  await person.page.locator('#note').fill(note);
  await person.button('review.button').click();
}

/** Fills a form of the desk, found by its title, by the words of its fields. */
export async function fillsIn(person, title, texts, choices = {}) {
  const form = person.page.getByRole('group', { name: person.t(title), exact: true });
  for (const [key, value] of Object.entries(texts)) await form.getByLabel(person.t(key), { exact: true }).fill(value);
  for (const [key, value] of Object.entries(choices)) await form.getByRole('group', { name: person.t(key), exact: true }).getByLabel(person.t(value), { exact: true }).check();
  return form;
}
