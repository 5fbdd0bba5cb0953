import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build, type Plugin } from 'vite';
import { builtFiles } from './files.ts';

/** Where the worker's source is, and the browsers it must run in. */
export interface ServiceWorkerOptions {
  entry: string;
  target: string[];
}

const hash = (data: string | Buffer): string => createHash('sha256').update(data).digest('base64url').slice(0, 12);

/** The words of a notification: the worker has no room for the lists. */
function wordsOf(root: string, lang: string): { name: string; body: string } {
  const list = (name: string) => JSON.parse(readFileSync(resolve(root, `words/${name}.json`), 'utf8')) as Record<string, string>;
  return { name: list(lang)['app.name'] ?? '', body: list(`refer.${lang}`)['push.body'] ?? '' };
}

/**
 * Builds `/sw.js` after the app, as a classic script, and gives it the list of the app's files with their hashes.
 * The worker's bytes change exactly when a file of the app changes, which is how a browser notices a new version.
 */
export function serviceWorker({ entry, target }: ServiceWorkerOptions): Plugin {
  let root = '';
  let outDir = '';
  return {
    name: 'noddfa-service-worker',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      outDir = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      order: 'pre',
      sequential: true,
      async handler() {
        const files = builtFiles(outDir)
          .filter((file) => file.url !== '/sw.js' && file.url !== '/robots.txt')
          .map((file) => [file.url, hash(file.bytes)]);
        const said = { en: wordsOf(root, 'en'), cy: wordsOf(root, 'cy') };
        await build({
          root,
          configFile: false,
          publicDir: false,
          logLevel: 'warn',
          define: { __FILES__: JSON.stringify(files), __BUILD__: JSON.stringify(hash(JSON.stringify(files))), __WORDS__: JSON.stringify(said) },
          build: {
            outDir,
            emptyOutDir: false,
            target,
            lib: { entry, formats: ['iife'], name: 'sw', fileName: () => 'sw.js' },
          },
        });
      },
    },
  };
}
