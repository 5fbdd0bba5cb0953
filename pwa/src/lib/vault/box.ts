import { paddedJson, text, utf8, type Bytes } from '../casework/bytes';
import type { Boxed } from './schema';

/** The layout of what is inside a box. A box of another layout does not open. */
export const SCHEMA = 1;

/**
 * Encrypts and decrypts values under one user's data key.
 * A box is bound to its user, store, id and layout, so that no two can be exchanged on the disk.
 */
export class Box {
  readonly #user: string;
  readonly #key: CryptoKey;

  constructor(user: string, key: CryptoKey) {
    this.#user = user;
    this.#key = key;
  }

  #bound(store: string, id: string): Bytes {
    return utf8(`${this.#user}|${store}|${id}|${SCHEMA}`);
  }

  /** Encrypts a JSON value for one place. */
  async close(store: string, id: string, value: unknown): Promise<Boxed> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const algorithm = { name: 'AES-GCM', iv, additionalData: this.#bound(store, id) };
    return { iv, ct: await crypto.subtle.encrypt(algorithm, this.#key, paddedJson(value)) };
  }

  /** Decrypts the value of one place; rejects when it was moved or altered. */
  async open(store: string, id: string, boxed: Boxed): Promise<unknown> {
    const algorithm = { name: 'AES-GCM', iv: boxed.iv, additionalData: this.#bound(store, id) };
    return JSON.parse(text(await crypto.subtle.decrypt(algorithm, this.#key, boxed.ct)));
  }
}
