import { argon2id } from 'hash-wasm';
import type { KdfRequest } from './kdf';

self.onmessage = async (event: MessageEvent<KdfRequest>) => {
  const { password, salt, m, t } = event.data;
  const hash = await argon2id({ password, salt, memorySize: m, iterations: t, parallelism: 1, hashLength: 32, outputType: 'binary' });
  password.fill(0);
  self.postMessage(hash);
};
