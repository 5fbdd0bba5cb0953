import { headersOf, type Caller } from './account';
import { asText, bodyText, parseObject, proper, type Server } from './http';

/** The key by which push services know the server, as the browser asks for it. */
export async function pushKey(server: Server, caller: Caller): Promise<string> {
  const path = '/api/noddfa/push/key';
  const { response, done } = await server.send(path, { method: 'GET', headers: headersOf(caller) });
  try {
    return asText(proper(response, parseObject(await bodyText(response, path)), 'push-key/1', path)['key']);
  } finally {
    done();
  }
}

/** Tells the server where this device is reached, with the person's consent. */
export async function subscribePush(server: Server, caller: Caller, subscription: PushSubscriptionJSON): Promise<void> {
  const { endpoint, keys } = subscription;
  await server.post('/api/noddfa/push/subscribe', { endpoint, keys, consent: true }, 'push-subscription/1', headersOf(caller));
}

/** Has the server tell this device no more. */
export async function unsubscribePush(server: Server, caller: Caller): Promise<void> {
  await server.post('/api/noddfa/push/unsubscribe', {}, 'push-subscription/1', headersOf(caller));
}

/** Asks for a notification on this device, to see that they come. */
export async function testPush(server: Server, caller: Caller): Promise<void> {
  await server.post('/api/noddfa/push/test', {}, 'push-test/1', headersOf(caller));
}
