import { toBase64url, toHex, utf8, type Bytes } from '../casework/bytes';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };

/** Makes the device's signing key. Its private half can be used but never read. */
export const makeSigner = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(CURVE, false, ['sign', 'verify']);

/** The raw uncompressed public point, as base64url. */
export const publicPoint = async (signer: CryptoKeyPair): Promise<string> =>
  toBase64url(await crypto.subtle.exportKey('raw', signer.publicKey));

/** Signs a hand-in as docs/protocol.md 4.4 says. `range` is `<first seq>-<last seq>`. */
export async function signHandIn(signer: CryptoKeyPair, body: Bytes, range: string): Promise<string> {
  const digest = toHex(await crypto.subtle.digest('SHA-256', body));
  const signed = utf8(['noddfa-push/1', 'POST', '/api/noddfa/push', digest, range].join('\n'));
  return toBase64url(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, signer.privateKey, signed));
}
