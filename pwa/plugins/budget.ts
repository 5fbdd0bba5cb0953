import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { builtFiles, type BuiltFile } from './files.ts';

/** The most bytes, after gzip, that each part of the app may weigh. */
export interface Budget {
  firstPaintJs: number;
  /**
   * All scripts but those counted in `parts` or nowhere: what a phone needs to record. What is loaded late counts as well: sealing, the
   * worker that stretches the passphrase, every screen of recording, and the heavier language.
   */
  appJs: number;
  css: number;
  serviceWorker: number;
  /** Scripts with a budget of their own, because recording does without them. A script counts in the first part that it fits. */
  parts: Record<string, { most: number; scripts: RegExp }>;
  /** Scripts counted nowhere: the sign-ins of a demo server, and the lighter of the two languages, because a phone shows one at a time. */
  nowhere: RegExp;
}

const weight = (files: BuiltFile[]): number =>
  files.reduce((sum, file) => sum + gzipSync(file.bytes, { level: 9 }).length, 0);

/** Prints the weight of the built app and stops the build when a part is heavier than its budget. */
export function budget({ parts, nowhere, ...limits }: Budget): Plugin {
  let outDir = '';
  let firstPaint = new Set<string>();
  const own = Object.entries(parts);
  const partOf = (url: string): string => (nowhere.test(url) ? '' : (own.find(([, { scripts }]) => scripts.test(url))?.[0] ?? 'appJs'));
  return {
    name: 'noddfa-budget',
    apply: 'build',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    generateBundle(_options, bundle) {
      firstPaint = new Set();
      const visit = (name: string): void => {
        const chunk = bundle[name];
        if (chunk?.type !== 'chunk' || firstPaint.has('/' + name)) return;
        firstPaint.add('/' + name);
        chunk.imports.forEach(visit);
      };
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        if (chunk.isEntry) visit(chunk.fileName);
        // A part with a budget of its own is worth nothing when recording fetches it all the same.
        const needed = partOf('/' + chunk.fileName) === 'appJs' ? chunk.imports.filter((name) => partOf('/' + name) !== 'appJs') : [];
        if (needed.length > 0) this.error(`${chunk.fileName} is of recording and needs ${needed.join(', ')}`);
      }
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        const files = builtFiles(outDir);
        const scripts = files.filter((file) => file.url.endsWith('.js') && file.url !== '/sw.js');
        const scriptsOf = (part: string): number => weight(scripts.filter((file) => partOf(file.url) === part));
        const measured: [string, number, number][] = [
          ['firstPaintJs', weight(scripts.filter((file) => firstPaint.has(file.url))), limits.firstPaintJs],
          ['appJs', scriptsOf('appJs'), limits.appJs],
          ...own.map(([part, { most }]): [string, number, number] => [part, scriptsOf(part), most]),
          ['css', weight(files.filter((file) => file.url.endsWith('.css'))), limits.css],
          ['serviceWorker', weight(files.filter((file) => file.url === '/sw.js')), limits.serviceWorker],
        ];
        for (const [part, bytes, most] of measured) {
          this.info(`${part}: ${(bytes / 1000).toFixed(1)} kB gz of ${(most / 1000).toFixed(0)} kB`);
        }
        const over = measured.filter(([, bytes, most]) => bytes > most).map(([part]) => part);
        if (over.length > 0) this.error(`over budget: ${over.join(', ')}`);
      },
    },
  };
}
