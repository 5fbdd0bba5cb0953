import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A built file: its path from the site root (`/assets/x.js`) and its bytes. */
export interface BuiltFile {
  url: string;
  bytes: Buffer;
}

/** Lists every built file below `dir` in a stable order, without source maps and dot files. */
export function builtFiles(dir: string): BuiltFile[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && !entry.name.endsWith('.map'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ url: '/' + relative(dir, path).replaceAll('\\', '/'), bytes: readFileSync(path) }));
}
