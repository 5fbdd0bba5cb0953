import type { Bytes } from '../casework/bytes';

/** One Argon2id run: password bytes, salt, memory in KiB, passes. */
export interface KdfRequest {
  password: Bytes;
  salt: Bytes;
  m: number;
  t: number;
}

/** Turns a password into 32 bytes, slowly. */
export type Kdf = (request: KdfRequest) => Promise<Bytes>;

/** The least memory the passphrase is stretched with, in KiB. */
export const LEAST_MEMORY = 47_104;
const AIM_MS = 750;
const MOST_PASSES = 12;

/** Argon2id in a worker of its own, which is ended afterwards so that its memory goes with it. */
export const workerKdf: Kdf = (request) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./kdf.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = (event: MessageEvent<Bytes>) => {
      worker.terminate();
      resolve(event.data);
    };
    worker.onerror = (event) => {
      worker.terminate();
      reject(new Error(`derive key: ${event.message}`));
    };
    worker.postMessage(request);
  });

/** Finds the number of passes that takes between half a second and a second on this phone. */
export async function calibrate(kdf: Kdf, nowMs: () => number): Promise<{ m: number; t: number }> {
  const started = nowMs();
  await kdf({ password: new Uint8Array(16), salt: new Uint8Array(16), m: LEAST_MEMORY, t: 1 });
  const pass = Math.max(1, nowMs() - started);
  return { m: LEAST_MEMORY, t: Math.min(MOST_PASSES, Math.max(1, Math.floor(AIM_MS / pass))) };
}
