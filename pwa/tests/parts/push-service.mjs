import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const hkdf = (secret, salt, info, length) => Buffer.from(hkdfSync('sha256', secret, salt, info, length));

/**
 * A push service on this machine. It checks who sends (RFC 8292) and opens what was sent with the keys of the browser
 * (RFC 8291), which are made here because a browser's own push service cannot be reached.
 */
export class PushService {
  /** What came in and was not taken yet: for which subscription, with which headers, how long, and what it says. */
  #messages = [];
  problems = [];
  #browsers = new Map();
  #server = createServer((request, response) => void this.#take(request, response));

  static async start() {
    const service = new PushService();
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  get host() {
    return `127.0.0.1:${this.#server.address().port}`;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** A subscription as a browser gives it to the page. */
  subscribe(name) {
    const key = createECDH('prime256v1');
    key.generateKeys();
    const auth = randomBytes(16);
    this.#browsers.set(`/push/${name}`, { key, auth });
    return { endpoint: `http://${this.host}/push/${name}`, keys: { p256dh: key.getPublicKey('base64url'), auth: auth.toString('base64url') } };
  }

  /** Takes the oldest message for one subscription; nothing while there is none. */
  next(name) {
    const at = this.#messages.findIndex((message) => message.to === name);
    return at < 0 ? undefined : this.#messages.splice(at, 1)[0];
  }

  async #take(request, response) {
    const body = Buffer.concat(await request.toArray());
    try {
      const browser = this.#browsers.get(request.url);
      if (browser === undefined) throw new Error(`nobody subscribed to ${request.url}`);
      const key = this.#sender(request.headers.authorization);
      this.#messages.push({ to: request.url.slice(6), key, urgency: request.headers.urgency, size: body.length, text: open(body, browser) });
      response.writeHead(201).end();
    } catch (error) {
      this.problems.push(String(error));
      response.writeHead(400).end();
    }
  }

  /** The sender's public key, once its signature holds for this service and not for long. */
  #sender(authorization) {
    const [, token, key] = /^vapid t=(\S+), k=(\S+)$/.exec(authorization) ?? [];
    const [head, claims, signature] = token.split('.');
    const point = Buffer.from(key, 'base64url');
    const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') };
    const good = verify('sha256', Buffer.from(`${head}.${claims}`), { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
    const { aud, exp } = JSON.parse(Buffer.from(claims, 'base64url'));
    const left = exp - Date.now() / 1000;
    if (!good || aud !== `http://${this.host}` || left <= 0 || left > 86_400) throw new Error('who sends is not proved');
    return key;
  }
}

/** Opens an aes128gcm body of one record. */
function open(body, { key, auth }) {
  const [salt, sender, sealed] = [body.subarray(0, 16), body.subarray(21, 21 + body[20]), body.subarray(21 + body[20])];
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), key.getPublicKey(), sender]);
  const input = hkdf(key.computeSecret(sender), auth, info, 32);
  const decipher = createDecipheriv('aes-128-gcm', hkdf(input, salt, 'Content-Encoding: aes128gcm\0', 16), hkdf(input, salt, 'Content-Encoding: nonce\0', 12));
  decipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString().replace(/\0+$/, '');
  if (!plain.endsWith('\x02')) throw new Error('the record does not say that it is the last');
  return plain.slice(0, -1);
}
