import { inflateSync } from 'node:zlib';

/** The text of a PDF as printed by this project: letters coded by their Unicode number, in compressed streams. */
export function pdfText(bytes) {
  const file = bytes.toString('latin1');
  if (!file.startsWith('%PDF-')) throw new Error('this is no PDF');
  const texts = [];
  for (const { 0: head, 1: dictionary, index } of file.matchAll(/<<((?:(?!endobj)[\s\S])*?)>>\s*stream\r?\n/g)) {
    if (!dictionary.includes('/FlateDecode')) continue;
    // The dictionary says how long the stream is. Its last byte may well be one that looks like the end of a line.
    const length = /\/Length (\d+)/.exec(dictionary);
    if (length === null) throw new Error('a stream of unknown length');
    const content = inflateSync(bytes.subarray(index + head.length, index + head.length + Number(length[1])));
    for (const piece of shownIn(content)) texts.push(piece);
  }
  return texts.join('\n');
}

// What stands between parentheses before Tj, as UTF-16.
function shownIn(content) {
  const found = [];
  for (let at = content.indexOf('('); at >= 0; at = content.indexOf('(', at + 1)) {
    const letters = [];
    let i = at + 1;
    for (; i < content.length && content[i] !== 0x29; i++) {
      if (content[i] === 0x5c) letters.push(escaped(content[++i]));
      else letters.push(content[i]);
    }
    if (/^\s*Tj/.test(content.subarray(i + 1, i + 8).toString('latin1'))) found.push(Buffer.from(letters).swap16().toString('utf16le'));
    at = i;
  }
  return found;
}

const escaped = (letter) => ({ 0x6e: 10, 0x72: 13, 0x74: 9, 0x62: 8, 0x66: 12 })[letter] ?? letter;
