import { fieldsOf, form } from './answers.mjs';
import { Hand } from './hand.mjs';
import { checklist } from './referral.mjs';

/** The people of one agency, working by the protocol alone, and what a walk finds done when it begins. */
export class Office {
  static async of(server, agency, { nth = 0 } = {}) {
    const office = Object.assign(new Office(), { server, agency });
    const hand = async (role, which = 0) => Hand.of(server, await server.person(role, agency, which));
    [office.author, office.supervisor, office.spoc] = await Promise.all([hand('field', nth), hand('supervisor'), hand('spoc')]);
    return office;
  }

  /** Hands a referral in; gives its id. */
  submits(type, code, answers, more = {}) {
    return this.author.creates('referrals', fieldsOf(form(code), type, answers, more), 'submit');
  }

  /** Hands one in and has it approved. */
  async approved(type, code, answers, more = {}) {
    const rec = await this.submits(type, code, answers, more);
    await this.supervisor.moves(rec, 'pick_up');
    await this.supervisor.moves(rec, 'approve', { checklist });
    return rec;
  }

  /** Writes down what leaves; gives the row's id. */
  disclosed(rec, who = this.spoc) {
    return who.creates('disclosures', {
      referral: rec, what: 'pack', to_kind: 'home_office', to_name: 'Single Competent Authority', gateway: 'msa_2015_s52',
      necessity: 'The referral itself.', proportionality: 'Only what the form asks.',
    });
  }
}
