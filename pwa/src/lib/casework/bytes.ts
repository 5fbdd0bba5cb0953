/** Bytes that WebCrypto and IndexedDB accept. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** UTF-8 bytes of a text. */
export const utf8 = (text: string): Bytes => encoder.encode(text);

/** The text of UTF-8 bytes. */
export const text = (bytes: ArrayBuffer | Uint8Array): string => decoder.decode(bytes);

/** base64url without padding. */
export function toBase64url(bytes: ArrayBuffer | Uint8Array): string {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  let binary = '';
  // Slices keep the argument list below what engines accept for large operations.
  for (let i = 0; i < view.length; i += 8192) binary += String.fromCharCode(...view.subarray(i, i + 8192));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Bytes of base64url without padding. */
export function fromBase64url(value: string): Bytes {
  const binary = atob(value.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** Lower-case hexadecimal. */
export const toHex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** JSON in UTF-8, lengthened with spaces to the next 256 bytes, so that its length tells little. Any JSON reader accepts it. */
export function paddedJson(value: unknown): Bytes {
  const bytes = utf8(JSON.stringify(value));
  const padded = new Uint8Array(Math.ceil(bytes.length / 256) * 256).fill(0x20);
  padded.set(bytes);
  return padded;
}
