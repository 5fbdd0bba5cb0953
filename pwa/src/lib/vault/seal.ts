import { fromBase64url, paddedJson, utf8 } from '../casework/bytes';
import type { Sealed } from '../casework/sync';

/** The server's public key: its id and its raw point as base64url. */
export interface ServerKey {
  kid: string;
  pub: string;
}

async function sealTo(key: ServerKey, info: string, id: string, user: string, value: unknown): Promise<Sealed> {
  // Loaded when first needed, so that the lock screen does not wait for it.
  const { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } = await import('@hpke/core');
  const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const recipientPublicKey = await suite.kem.deserializePublicKey(fromBase64url(key.pub).buffer);
  const bound = utf8(`${info}|${id}|${user}|${key.kid}`).buffer;
  const { enc, ct } = await suite.seal({ recipientPublicKey, info: utf8(info).buffer }, paddedJson(value).buffer, bound);
  return { kid: key.kid, enc: new Uint8Array(enc), ct: new Uint8Array(ct) };
}

/** Seals an operation so that only the server can open it. */
export const sealOperation = (key: ServerKey, opId: string, user: string, operation: unknown): Promise<Sealed> =>
  sealTo(key, 'noddfa-op/1', opId, user, operation);

/** Seals a draft so that only the server can open it. */
export const sealDraft = (key: ServerKey, rec: string, user: string, draft: unknown): Promise<Sealed> =>
  sealTo(key, 'noddfa-draft/1', rec, user, draft);
