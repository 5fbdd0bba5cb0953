// The real program on folders that the benchmark filled.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { until } from '../pwa/tests/parts/server.mjs';

const binary = process.env.NODDFA_BIN ?? resolve(import.meta.dirname, '../bin/noddfa');

export class Program {
  #process;
  #output = '';

  constructor(data, keys) {
    this.#process = spawn(binary, ['serve', '--dir', data, '--keys', keys, '--http', '127.0.0.1:0']);
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream.on('data', (bytes) => (this.#output += bytes));
  }

  /** Waits until it answers, and gives its address. */
  async serve() {
    let url;
    await until('the server has started', async () => {
      if (this.#process.exitCode !== null) throw new Error(`the server ended with ${this.#process.exitCode}:\n${this.#output}`);
      url = /app\s+(http\S+)/.exec(this.#output)?.[1];
      return url !== undefined && fetch(`${url}/api/health`).then((answer) => answer.ok, () => false);
    }, 60_000);
    return url;
  }

  async stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}
