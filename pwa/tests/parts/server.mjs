import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const binary = resolve(import.meta.dirname, '../../../bin/noddfa');
const startedWithinMs = 60_000;

/**
 * The real server with made-up data, in a process and folders of its own.
 * It can be killed and brought back on the same address, as a phone sees a server that is away.
 */
export class Server {
  folder = mkdtempSync(join(tmpdir(), 'noddfa-browser-'));
  /** Everything the server ever printed. */
  output = '';
  url = '';
  #process;

  /** What the command line adds. */
  more = [];

  static async start(...more) {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: run make build first`);
    const server = Object.assign(new Server(), { more });
    await server.comeUp();
    return server;
  }

  get data() {
    return join(this.folder, 'data');
  }

  /** Starts the process, the second time on the address of the first. */
  async comeUp() {
    const address = this.url === '' ? '127.0.0.1:0' : new URL(this.url).host;
    const from = this.output.length;
    const child = spawn(binary, ['serve', '--demo', '--dir', this.data, '--keys', join(this.folder, 'keys'), '--http', address, ...this.more]);
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (this.output += bytes));
    await until('the server has started', async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${this.output}`);
      const url = /app\s+(http\S+)/.exec(this.output.slice(from))?.[1];
      if (url === undefined) return false;
      this.url = url;
      return fetch(`${url}/api/health`).then((answer) => answer.ok, () => false);
    }, startedWithinMs);
  }

  /** Lets the process finish what it does, so that everything it keeps is on the disk. */
  async finish() {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }

  /** Ends the process without letting it finish anything. */
  async kill() {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Ends the process and removes what it wrote. */
  async stop() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The made-up people, in the order the server lists them. */
  async people() {
    const answer = await fetch(`${this.url}/api/noddfa/demo`);
    return (await answer.json()).sign_ins;
  }

  /** One made-up person by role, the nth of that role in an agency whose name begins so. */
  async person(role, agency = '', nth = 0) {
    const found = (await this.people()).filter((p) => p.role === role && p.agency.startsWith(agency))[nth];
    if (found === undefined) throw new Error(`no ${role} at ${agency}`);
    return found;
  }

  /** Calls the records API as the administrator of the dashboard does. */
  async admin(method, path, body) {
    const headers = { Authorization: await this.#adminToken(), 'Content-Type': 'application/json' };
    const answer = await fetch(this.url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  }

  #token;
  async #adminToken() {
    if (this.#token !== undefined) return this.#token;
    const [, identity, password] = /administrator\s+(\S+)\s+(\S+)/.exec(this.output);
    const body = JSON.stringify({ identity, password });
    const answer = await fetch(`${this.url}/api/collections/_superusers/auth-with-password`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    return (this.#token = (await answer.json()).token);
  }

  /** Makes one more person like another, as an administrator does. */
  async addPerson(like, email, name) {
    const { items } = await this.admin('GET', `/api/collections/users/records?filter=${encodeURIComponent(`email='${like.email}'`)}`);
    const password = 'a-made-up-secret';
    const { roles, agency } = items[0];
    await this.admin('POST', '/api/collections/users/records', { email, name, password, passwordConfirm: password, roles, agency, verified: true });
    return { ...like, email, name, password };
  }
}

/** Waits until a check holds. */
export async function until(what, check, withinMs = 15_000) {
  const end = Date.now() + withinMs;
  for (;;) {
    if (await check()) return;
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
