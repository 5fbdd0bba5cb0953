import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** The ways a word may lie in bytes: as the web and files write it, and as a browser's engine keeps it. */
const spellings = (word) => [Buffer.from(word, 'utf8'), Buffer.from(word, 'utf16le'), Buffer.from(encodeURIComponent(word)), Buffer.from(JSON.stringify(word).slice(1, -1))];

/** Which words lie anywhere in some bytes, in any spelling or in base64 at any offset. */
function wordsIn(bytes, words) {
  return words.filter((word) => spellings(word).some((spelled) => bytes.includes(spelled)) || base64Of(word).some((spelled) => bytes.includes(spelled)));
}

// The three ways base64 can fall around a word; the letters that depend on the neighbours are cut off.
function base64Of(word) {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(word)]).toString('base64').replace(/=+$/, '');
    return Buffer.from(text.slice(shift === 0 ? 0 : shift + 1, -1));
  });
}

/** Every file below a folder that holds one of the words, as `path: word`. Zip files are searched unpacked. */
export function searchFolder(folder, words) {
  const found = [];
  for (const entry of readdirSync(folder, { recursive: true })) {
    const path = join(folder, entry);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) continue;
    const bytes = readFileSync(path);
    const parts = path.endsWith('.zip') ? unzip(bytes) : [{ name: '', bytes }];
    for (const part of parts) for (const word of wordsIn(part.bytes, words)) found.push(`${entry}${part.name && `!${part.name}`}: ${word}`);
  }
  return found;
}

/** The files of a zip, read from its directory at the end. */
function unzip(zip) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const files = [];
  let at = zip.readUInt32LE(end + 16);
  for (let n = zip.readUInt16LE(end + 10); n > 0; n--) {
    const [method, size, nameLength, start] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt32LE(at + 42)];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const from = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
    const packed = zip.subarray(from, from + size);
    files.push({ name, bytes: method === 0 ? packed : inflateRawSync(packed) });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
}

/**
 * Every place of a page's own storage that holds one of the words: all databases, row by row with binary values decoded,
 * the cached files, both small stores, and cookies. Keys that could be taken out are reported too.
 */
export async function searchBrowser(page, words) {
  const cookies = JSON.stringify(await page.context().cookies());
  const found = await page.evaluate(searchPage, words);
  return [...found, ...words.filter((word) => cookies.includes(word)).map((word) => `cookies: ${word}`)];
}

// Runs in the page.
async function searchPage(words) {
  const found = [];
  const look = (place, text) => words.forEach((word) => text.includes(word) && found.push(`${place}: ${word}`));
  const ask = (request) => new Promise((done, fail) => Object.assign(request, { onsuccess: () => done(request.result), onerror: () => fail(request.error) }));
  const walk = (place, value) => {
    if (typeof value === 'string') look(place, value);
    else if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer ?? value);
      for (const [name, from] of [['utf-8', 0], ['utf-16le', 0], ['utf-16le', 1]]) look(place, new TextDecoder(name).decode(bytes.subarray(from)));
    } else if (value instanceof CryptoKey) {
      if (value.extractable && value.type !== 'public') found.push(`${place}: a key that can be taken out`);
    } else if (value instanceof Map || value instanceof Set) walk(place, [...value]);
    else if (typeof value === 'object' && value !== null) for (const [name, one] of Object.entries(value)) [walk(place, name), walk(`${place}.${name}`, one)];
  };
  for (const { name } of await indexedDB.databases()) {
    const db = await ask(indexedDB.open(name));
    for (const store of db.objectStoreNames) {
      const rows = db.transaction(store).objectStore(store);
      walk(`${name}/${store}`, await Promise.all([ask(rows.getAll()), ask(rows.getAllKeys())]));
    }
    db.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      look(name, request.url);
      look(request.url, await (await cache.match(request)).text());
    }
  }
  walk('localStorage', { ...localStorage });
  walk('sessionStorage', { ...sessionStorage });
  walk('address', location.href);
  return found;
}

/** Which words are in the memory of a page's scripts, after what nobody holds any more is collected. */
export async function searchMemory(page, words) {
  const session = await page.context().newCDPSession(page);
  const chunks = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  const snapshot = chunks.join('');
  return words.filter((word) => snapshot.includes(word));
}
