import type { DemoSignIn, Lang } from '../casework/types';
import { asObject, asText, bodyText, NoAnswer, parseObject, Refused, type Server } from './http';

/** A fresh sign-in: the token and whose it is. */
export interface SignedIn {
  token: string;
  user: string;
}

/** Signs in with the account's password, once, online. */
export async function signIn(server: Server, identity: string, password: string): Promise<SignedIn> {
  const path = '/api/collections/users/auth-with-password';
  const headers = { 'Content-Type': 'application/json' };
  const { response, done } = await server.send(path, { method: 'POST', body: JSON.stringify({ identity, password }), headers });
  try {
    const answer = parseObject(await bodyText(response, path));
    if (answer === null) throw new NoAnswer('what answered the sign-in is not the server', true);
    if (response.status === 429) throw new Refused(429, { key: 'error.slow_down', code: 'slow_down' }, 0);
    const [token, user] = [asText(answer['token']), asText(asObject(answer['record'])['id'])];
    if (response.ok && token !== '' && user !== '') return { token, user };
    // The server says the same for an unknown account and a wrong password.
    if (response.status === 400 || response.status === 401) throw new Refused(401, { key: 'error.sign_in', code: 'unauthorised' }, 0);
    throw new NoAnswer('the sign-in has no proper answer');
  } finally {
    done();
  }
}

/** The made-up people of a demo server; empty when this is not one. */
export async function demoSignIns(server: Server): Promise<DemoSignIn[]> {
  const path = '/api/noddfa/demo';
  const { response, done } = await server.send(path, { method: 'GET' });
  try {
    const answer = parseObject(await bodyText(response, path)) ?? {};
    const rows = Array.isArray(answer['sign_ins']) ? answer['sign_ins'].map(asObject) : [];
    return rows.map((row) => ({
      role: asText(row['role']), name: asText(row['name']), email: asText(row['email']), password: asText(row['password']), agency: asText(row['agency']),
    }));
  } finally {
    done();
  }
}

/** Who asks, and from which device. */
/** Who asks, and from which device. */
export interface Caller {
  token: string;
  device: string;
}

/** The headers that say so. */
export const headersOf = ({ token, device }: Caller): Record<string, string> => ({ Authorization: token, 'X-Noddfa-Device': device });

/** Asks for one group of one record's protected values. The server writes down who asked. */
export async function reveal(server: Server, caller: Caller, coll: string, rec: string, what: string): Promise<Record<string, unknown>> {
  const request = { proto: 1, coll, rec, what };
  return asObject((await server.post('/api/noddfa/reveal', request, 'reveal/1', headersOf(caller)))['d']);
}

/** Revokes one of the user's own devices, which ends all their tokens; gives the one to go on with, '' when it was this device. */
export async function revokeDevice(server: Server, caller: Caller, id: string): Promise<string> {
  const { token } = await server.post('/api/noddfa/devices/revoke', { id }, 'devices/1', headersOf(caller));
  return typeof token === 'string' ? token : '';
}

/** Tells the server the user's language, for what it may send them later. */
export async function setLocale(server: Server, caller: Caller, locale: Lang): Promise<void> {
  await server.post('/api/noddfa/locale', { locale }, 'locale/1', headersOf(caller));
}
