import { agrees, child, declines, form, questionsOf, toCouncil } from './answers.mjs';
import { Hand } from './hand.mjs';
import { Office } from './office.mjs';
import { Person } from './person.mjs';
import { answers, approves, handsReferralIn, partButton, starts, toList } from './referral.mjs';

const nrm = form('nrm');
const asked = questionsOf(nrm);
const leak = { ...declines, treatment: 'They called her Blodyn and laughed.' };

/** What the desks find: a leak to weigh, a child's referral, one to mend, one to send, one that a council was sent. */
async function prepare(server, lang) {
  const office = await Office.of(server, 'Glasfor Police', { nth: lang === 'en' ? 0 : 1 });
  const bird = (n) => `${lang === 'en' ? 'robin' : 'dryw'} ${n}`;
  const [lead, hub] = [await server.person('safeguarding_lead', 'Glasfor Council'), {}];
  hub.agency = (await Hand.of(server, lead)).user.agency;
  const met = { codename: bird(90), narrative: 'Met at the gate.', nickname: 'Blodyn', language: lang };
  const encounter = await office.author.creates('encounters', met, 'submit');
  const submits = (n, type, code, given, more = {}) => office.submits(type, code, given, { codename: bird(n), language: lang, ...more });
  const leaking = await submits(90, 'dtn', 'nrm', leak, { encounter });
  const childs = await submits(91, 'nrm', 'nrm', { ...child, safeguarding_report_made: 'no' }, { danger: true });
  const returned = await submits(92, 'nrm', 'nrm', agrees);
  await office.supervisor.moves(returned, 'pick_up');
  await office.supervisor.moves(returned, 'return', { codes: ['R01', 'R09'], fields: ['answers.treatment', 'answers.family'], note: 'Who has the key, and since when?' });
  const ready = await office.approved('nrm', 'nrm', agrees, { codename: bird(93), language: lang });
  const council = await submits(94, 'safeguarding_child', 'safeguarding_child', toCouncil, { to_agency: hub.agency, danger: true });
  const disclosure = await office.author.creates('disclosures', {
    referral: council, what: 'in_app', to_kind: 'council', to_name: 'Safeguarding hub', to_agency: hub.agency, gateway: 'sswba_2014_s128_s130',
    necessity: 'A child is at risk.', proportionality: 'Only what the form asks.',
  });
  await office.author.moves(council, 'mark_sent', { channel: 'phone_then_written', sent_at: '2026-11-20T10:00:00Z', recipient: 'Safeguarding hub', disclosure, awaiting_number: true });
  return { office, lead, leaking, childs, returned, ready, council };
}

/**
 * Goes through every screen of referrals and every state of it, and calls `visit(name, person)` at each.
 * `contexts` are four browsers' worth of storage: the worker's, the supervisor's, the sender's and the council's.
 */
export async function referTour(server, contexts, lang, visit) {
  const [worker, supervisor, spoc, hub] = await Promise.all(contexts.map((context) => Person.in(context, server.url, lang)));
  const work = await prepare(server, lang);
  await worker.setUp(work.office.author.who);
  await begin(worker, visit);
  await write(worker, visit);
  await mend(worker, work, visit);
  await supervisor.setUp(work.office.supervisor.who);
  await review(supervisor, work, visit);
  await spoc.setUp(work.office.spoc.who);
  await send(spoc, work, visit);
  await hub.setUp(work.lead);
  await receive(hub, visit);
  await showPerson(worker, visit);
  return [worker, supervisor, spoc, hub].flatMap(({ complaints }) => complaints);
}

/** From the few facts to the chosen pathway. */
async function begin(worker, visit) {
  await visit('refer-home', worker);
  await worker.link('refer.start').click();
  await worker.heading('refer.start').waitFor();
  await visit('refer-start', worker);
  await worker.choose('refer.person_known', 'common.yes');
  await worker.choose('field.age_status', 'age_status.adult');
  await worker.choose('refer.danger_now', 'common.yes');
  await worker.choose('refer.consent_nrm', 'common.yes');
  for (const key of ['refer.another', 'refer.closed']) await worker.unfold(key);
  await visit('refer-pathways', worker);
  await worker.page.getByRole('button', { name: worker.t('pathway.safeguarding_adult') }).click();
  await worker.button('refer.begin').click();
  await worker.sees('error.required');
  await visit('refer-chosen-problem', worker);
}

/** The form: its list, its consent, one question of each kind, and the check. */
async function write(worker, visit) {
  await worker.menu('nav.home');
  await worker.link('refer.start').click();
  await starts(worker, 'nrm', async () => {
    await worker.choose('refer.person_known', 'common.yes');
    await worker.choose('field.age_status', 'age_status.not_sure');
    await worker.choose('refer.danger_now', 'common.yes');
  });
  await visit('refer-list', worker);
  await partButton(worker, worker.t('refer.consent')).click();
  await worker.heading('refer.consent').waitFor();
  await visit('refer-consent', worker);
  await worker.button('refer.go_on').click();
  const part = (key) => nrm.sections.find(({ questions }) => questions.some((question) => question.key === key));
  const opens = async (key) => {
    await partButton(worker, part(key).title[worker.lang]).click();
    await worker.page.locator('.govuk-caption-m').filter({ hasText: part(key).title[worker.lang] }).waitFor();
    for (;;) {
      if (await worker.page.getByText(asked.get(key).label[worker.lang], { exact: true }).isVisible()) return;
      await worker.button('refer.skip').click();
    }
  };
  await opens('fr_email');
  await answers(worker, nrm, asked.get('fr_email'), 'not an address');
  await worker.button('refer.next').click();
  await worker.sees('error.check_email');
  await visit('refer-question-problem', worker);
  await answers(worker, nrm, asked.get('fr_email'), '');
  await toList(worker);
  for (const [key, name] of [['la_name', 'search'], ['when_single', 'text'], ['uk_towns', 'towns'], ['exploitation_types', 'ticks'], ['dob', 'date'], ['files', 'files']]) {
    if (key === 'when_single' || key === 'uk_towns') await answersFirst(worker, opens, key);
    await opens(key);
    if (name === 'search') await worker.page.getByRole('searchbox').fill('ne');
    if (name === 'towns') await answers(worker, nrm, asked.get(key), ['Aberystwyth']);
    await visit(`refer-question-${name}`, worker);
    await toList(worker);
  }
  await handsReferralIn(worker);
  await worker.sees('common.error_title');
  await visit('refer-check-problem', worker);
  await worker.button('refer.urgent_open').click();
  await worker.sees('refer.urgent_phone_first');
  await worker.button('refer.urgent_button').click();
  await worker.sees('common.error_title');
  await visit('refer-urgent-problem', worker);
}

// Some questions are asked only after another was answered.
async function answersFirst(worker, opens, key) {
  const [first, value] = key === 'when_single' ? ['several_situations', 'no'] : ['where_exploited', 'uk'];
  await opens(first);
  await answers(worker, nrm, asked.get(first), value);
  await toList(worker);
}

/** One that came back, and one to be read. */
async function mend(worker, { returned, council }, visit) {
  await worker.menu('nav.home');
  await worker.page.locator(`a[href="/referral/${returned}/edit"]`).first().click();
  await worker.page.getByText('Who has the key, and since when?').waitFor();
  await visit('refer-returned', worker);
  await toList(worker);
  await visit('refer-returned-list', worker);
  await worker.menu('nav.home');
  await worker.page.locator(`a[href="/referral/${council}"]`).first().click();
  await worker.heading('pathway.safeguarding_child').waitFor();
  for (const fold of await worker.page.locator('main details > summary').all()) await fold.click();
  await visit('refer-view', worker);
}

/** The supervisor's desk: the queue, a leak, a child without its steps, and each decision. */
async function review(supervisor, { leaking, childs }, visit) {
  await visit('refer-desk-home', supervisor);
  await supervisor.menu('nav.queue');
  await supervisor.heading('refer_queue.title').or(supervisor.page.getByText(supervisor.t('refer_queue.title'))).first().waitFor();
  await visit('refer-queue', supervisor);
  await supervisor.page.locator(`a[href="/refer-review/${leaking}"]`).first().click();
  await supervisor.heading('hits.title').waitFor();
  await visit('refer-review-hits', supervisor);
  await supervisor.menu('nav.queue');
  await supervisor.page.locator(`a[href="/refer-review/${childs}"]`).first().click();
  await supervisor.heading('child_steps.title').waitFor();
  await supervisor.button('review.pick_up').click();
  await supervisor.sees('error.child_steps_complete');
  await supervisor.button('review.button').click();
  await supervisor.sees('common.error_title');
  await visit('refer-review-problem', supervisor);
  await approves(supervisor);
  await supervisor.page.getByRole('alert').getByText(supervisor.t('error.child_steps_complete')).waitFor();
  await visit('refer-review-refused', supervisor);
  await supervisor.page.getByRole('radio', { name: supervisor.t('review.return'), exact: true }).check();
  await supervisor.unfold('review.fields');
  await visit('refer-review-return', supervisor);
}

/** The sender's desk: the queue, what is disclosed, the pack, what follows. */
async function send(spoc, { ready, office }, visit) {
  await spoc.menu('nav.send');
  await spoc.page.getByRole('heading', { name: spoc.t('send.title'), exact: true }).waitFor();
  await visit('send', spoc);
  await spoc.page.locator(`a[href="/send/${ready}"]`).first().click();
  await spoc.sees('send.first_disclose');
  await spoc.button('disclosure.button').click();
  await spoc.sees('common.error_title');
  await visit('send-disclosure-problem', spoc);
  await office.disclosed(ready);
  await spoc.asksAgain();
  await spoc.button('pack.open').click();
  await spoc.sees('pack.not_submission');
  await visit('send-pack', spoc);
  await spoc.button('pack.close').click();
  await spoc.page.getByLabel(spoc.t('sent.awaiting'), { exact: true }).check();
  await spoc.button('sent.button').click();
  await spoc.sees('task_kind.number_awaited');
  for (const fold of await spoc.page.locator('main details > summary').all()) await fold.click();
  await visit('send-sent', spoc);
}

/** The council's desk: what was referred to it. */
async function receive(hub, visit) {
  await hub.menu('nav.received');
  await hub.heading('received.title').waitFor();
  await visit('received', hub);
  await hub.page.getByRole('main').getByRole('link').first().click();
  await hub.sees('received.intro');
  await hub.button('reveal.button_identity').click();
  await hub.button('reveal.button_identity').waitFor({ state: 'detached' });
  await visit('received-one', hub);
}

/** The page to be shown to the person; it locks what is behind it. */
async function showPerson(worker, visit) {
  await worker.menu('nav.home');
  await worker.page.locator('a[href^="/referral/"][href$="/edit"]').first().click();
  await worker.page.getByRole('button', { name: worker.t('refer.to_list') }).or(worker.page.getByText(worker.t('refer.list_intro'))).first().waitFor();
  if (await worker.page.getByRole('button', { name: worker.t('refer.to_list'), exact: true }).isVisible()) await toList(worker);
  await worker.page.getByRole('button', { name: worker.t('refer.what_next_link') }).click();
  await worker.heading('next.title').waitFor();
  await visit('what-next', worker);
}
