import type { Fetch } from '../exchange/http';

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Cuts an answer in the middle of its bytes. */
async function cutOff(answer: Response, random: () => number): Promise<Response> {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const headers = new Headers(answer.headers);
  headers.delete('Content-Encoding');
  headers.delete('Content-Length');
  return new Response(bytes.slice(0, Math.floor(bytes.length * random())), { status: answer.status, headers });
}

/** A real network that fails in about half of all requests: lost requests, lost answers, repeated requests, cut answers, a hotspot's page. */
export function faulty(real: Fetch, random: () => number): Fetch {
  return async (url, init) => {
    const fate = random();
    if (fate < 0.12) throw new TypeError('lost request');
    if (fate < 0.16) return new Response('<html>sign in to our WiFi</html>', { headers: { 'Content-Type': 'text/html' } });
    const answer = await real(url, init);
    if (fate < 0.28) {
      await answer.arrayBuffer();
      throw new TypeError('lost answer');
    }
    if (fate < 0.38) {
      await answer.arrayBuffer();
      return real(url, init);
    }
    return fate < 0.5 ? cutOff(answer, random) : answer;
  };
}
