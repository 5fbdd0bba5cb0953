import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { expect, it } from 'vitest';
import vectors from '../../../../testdata/vault/vectors.json';
import { fromBase64url as bytes, text, toBase64url, utf8 } from '../casework/bytes';
import { inProcessKdf } from '../testing/phone';
import { Box } from './box';
import { unwrap } from './keyring';
import { sealOperation } from './seal';

const { keyring, box, sealed } = vectors;
const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

async function ring(): Promise<Parameters<typeof unwrap>[3]> {
  const devKey = await crypto.subtle.importKey('raw', bytes(keyring.dev_key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const wrapped = bytes(keyring.wrapped).buffer;
  return { id: 'keyring', v: 1, salt: bytes(keyring.salt), m: keyring.m_kib, t: keyring.t, devKey, iv: bytes(keyring.iv), wrapped, tries: 0, untilMs: 0 };
}

it('a keyring made earlier opens with its passphrase and no other, and its key opens what it closed', async () => {
  const key = await unwrap(inProcessKdf, keyring.passphrase, keyring.user, await ring());
  expect(key?.extractable).toBe(false);
  const opened = await new Box(box.user, key!).open(box.store, box.id, { iv: bytes(box.iv), ct: bytes(box.ct).buffer });
  expect(opened).toEqual(box.value);
  expect(await unwrap(inProcessKdf, keyring.passphrase + ' ', keyring.user, await ring())).toBeNull();
});

it('an operation is sealed as the server opens it', async () => {
  const jwk = { kty: 'EC', crv: 'P-256', d: sealed.private_key_d, x: sealed.public_key_x, y: sealed.public_key_y };
  const recipientKey = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
  const open = async (enc: Uint8Array<ArrayBuffer>, ct: Uint8Array<ArrayBuffer>): Promise<unknown> =>
    JSON.parse(text(await suite.open({ recipientKey, enc: enc.buffer, info: utf8(sealed.info).buffer }, ct.buffer, utf8(sealed.aad).buffer)));
  expect(await open(bytes(sealed.enc), bytes(sealed.ct))).toEqual(sealed.value);
  const point = new Uint8Array([4, ...bytes(sealed.public_key_x), ...bytes(sealed.public_key_y)]);
  const fresh = await sealOperation({ kid: sealed.kid, pub: toBase64url(point) }, sealed.op_id, sealed.user, sealed.value);
  expect(await open(fresh.enc, fresh.ct)).toEqual(sealed.value);
});
