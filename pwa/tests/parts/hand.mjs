import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { randomBytes } from 'node:crypto';

const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const bytes = (text) => new TextEncoder().encode(text).buffer;
const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** An id as a phone makes one. */
export const newId = () => [...randomBytes(15)].map((byte) => letters[byte % letters.length]).join('');

/** A person who works by the protocol of docs/protocol.md alone: for what a walk needs done beforehand and does not show. */
export class Hand {
  #seq = 0;
  #cursor = '';
  #device = newId();
  /** What the feed has told so far, by `collection/id`. */
  rows = new Map();

  static async of(server, who) {
    const hand = Object.assign(new Hand(), { url: server.url, who });
    const answer = await fetch(`${server.url}/api/collections/users/auth-with-password`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ identity: who.email, password: who.password }),
    });
    hand.token = (await answer.json()).token;
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
    const point = Buffer.from(await crypto.subtle.exportKey('raw', pair.publicKey)).toString('base64url');
    hand.hello = await hand.#post('hello', { proto: 1, device: hand.#device, name: 'Hand', sign_key: point, app: 'test', client_ms: Date.now() });
    hand.user = hand.hello.user;
    return hand;
  }

  /** Hands one operation in; anything but taken is an error that says why. */
  async does(op) {
    const opId = newId();
    const { kid, pub } = this.hello.key;
    const recipientPublicKey = await suite.kem.deserializePublicKey(new Uint8Array(Buffer.from(pub, 'base64url')).buffer);
    const plain = { v: 1, user: this.user.id, base_rev: 0, at_ms: Date.now(), tz: 'Europe/London', ...op };
    const { enc, ct } = await suite.seal({ recipientPublicKey, info: bytes('noddfa-op/1') }, bytes(JSON.stringify(plain)), bytes(`noddfa-op/1|${opId}|${this.user.id}|${kid}`));
    const sealed = { kid, enc: Buffer.from(enc).toString('base64url'), ct: Buffer.from(ct).toString('base64url') };
    const head = { k: 'h', proto: 1, device: this.#device, epoch: this.hello.epoch, app: 'test', client_ms: Date.now(), ops: 1, drafts: 0 };
    const lines = [head, { k: 'o', op_id: opId, seq: ++this.#seq, ...sealed }];
    const { verdicts } = await this.#post('push', lines.map((line) => `${JSON.stringify(line)}\n`).join(''), 'application/x-ndjson');
    if (verdicts[0].v !== 'ok') throw new Error(`${this.who.role} ${op.kind} ${op.coll} ${op.cmd?.name ?? ''}: ${JSON.stringify(verdicts[0])}`);
    return op.rec;
  }

  /** Makes a record; gives its id. */
  creates(coll, set, command) {
    const cmd = command && { name: command, expect_rev: 0, args: null };
    return this.does({ kind: 'create', coll, rec: newId(), set, prev: null, add: null, del: null, cmd });
  }

  /** Gives a command on a record, on the revision that it has now. */
  async moves(rec, name, args = null, coll = 'referrals') {
    await this.pulls();
    const rev = this.rows.get(`${coll}/${rec}`)?.r ?? 0;
    return this.does({ kind: 'cmd', coll, rec, base_rev: rev, set: null, prev: null, cmd: { name, expect_rev: rev, args } });
  }

  /** Learns what changed; gives the values of one row, or undefined. */
  async sees(coll, rec) {
    await this.pulls();
    return this.rows.get(`${coll}/${rec}`)?.d;
  }

  async pulls() {
    const text = await this.#send('pull', JSON.stringify({ proto: 1, device: this.#device, cursor: this.#cursor }), 'application/json').then((answer) => answer.text());
    for (const line of text.trim().split('\n').map((one) => JSON.parse(one))) {
      if (line.k === 'p') this.rows.set(`${line.c}/${line.i}`, line);
      if (line.k === 'f') this.rows.delete(`${line.c}/${line.i}`);
      if (line.k === 'c') this.#cursor = line.cursor;
    }
  }

  async #post(path, body, type = 'application/json') {
    const answer = await this.#send(path, typeof body === 'string' ? body : JSON.stringify(body), type);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  #send(path, body, type) {
    const headers = { 'Content-Type': type, Authorization: this.token, 'X-Noddfa-Device': this.#device };
    return fetch(`${this.url}/api/noddfa/${path}`, { method: 'POST', headers, body });
  }
}
