const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Fills an array with random bytes. */
export type Random = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

const systemRandom: Random = (bytes) => crypto.getRandomValues(bytes);

/** Makes an id of 15 characters of [a-z0-9]. Bytes that would favour some letters are thrown away. */
export function newId(random: Random = systemRandom): string {
  let id = '';
  while (id.length < 15) {
    for (const byte of random(new Uint8Array(32))) {
      if (byte < 252 && id.length < 15) id += ALPHABET.charAt(byte % 36);
    }
  }
  return id;
}
