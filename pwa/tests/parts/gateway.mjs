import { once } from 'node:events';
import http from 'node:http';

/**
 * What lies between a phone and the server: passes everything on, unless told to answer by itself, as a hotspot's
 * sign-in page does, or to change what passes, as a release of a new version does.
 */
export class Gateway {
  /** Given the path of a request, an answer `{status, type, body}` to give instead of the server's; undefined passes it on. */
  instead = () => undefined;
  /** Given the path and the body of an answer of the server, the body to pass on. */
  change = (_path, body) => body;

  static async before(server) {
    const gateway = new Gateway();
    gateway.#http = http.createServer((request, answer) => void gateway.#pass(server.url, request, answer)).listen(0, '127.0.0.1');
    await once(gateway.#http, 'listening');
    gateway.url = `http://127.0.0.1:${gateway.#http.address().port}`;
    return gateway;
  }
  #http;

  close() {
    this.#http.closeAllConnections();
    return new Promise((done) => this.#http.close(done));
  }

  async #pass(to, request, answer) {
    const own = this.instead(request.url);
    if (own !== undefined) return void answer.writeHead(own.status, { 'Content-Type': own.type }).end(own.body);
    // Without these the server sends whole, plain bodies, which can be changed.
    const { host: _host, 'accept-encoding': _encoding, 'if-none-match': _tag, 'if-modified-since': _since, ...headers } = request.headers;
    const onward = http.request(to + request.url, { method: request.method, headers }, async (reply) => {
      const chunks = [];
      for await (const chunk of reply) chunks.push(chunk);
      const body = this.change(request.url, Buffer.concat(chunks));
      const { 'content-length': _length, 'transfer-encoding': _transfer, ...kept } = reply.headers;
      answer.writeHead(reply.statusCode, { ...kept, 'content-length': body.length }).end(body);
    });
    onward.on('error', () => answer.destroy());
    request.pipe(onward);
  }
}
