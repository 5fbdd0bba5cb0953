import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { builtFiles, type BuiltFile } from './files.ts';

/** The most bytes, after gzip, that each part of the app may weigh. */
export interface Budget {
  firstPaintJs: number;
  appJs: number;
  css: number;
  serviceWorker: number;
  /**
   * Scripts left out of `appJs`, the field app: the desk's own screens (queue, review), the sign-ins of a demo server, and the lighter
   * of the two languages, because a phone shows one at a time. Everything else counts, also what is loaded late: sealing, the worker
   * that stretches the passphrase, every other screen, and the heavier language.
   */
  notInField: RegExp;
}

const weight = (files: BuiltFile[]): number =>
  files.reduce((sum, file) => sum + gzipSync(file.bytes, { level: 9 }).length, 0);

/** Prints the weight of the built app and stops the build when a part is heavier than its budget. */
export function budget({ notInField, ...limits }: Budget): Plugin {
  let outDir = '';
  let firstPaint = new Set<string>();
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
      for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && chunk.isEntry) visit(chunk.fileName);
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        const files = builtFiles(outDir);
        const scripts = files.filter((file) => file.url.endsWith('.js') && file.url !== '/sw.js');
        const measured: [keyof typeof limits, number][] = [
          ['firstPaintJs', weight(scripts.filter((file) => firstPaint.has(file.url)))],
          ['appJs', weight(scripts.filter((file) => !notInField.test(file.url)))],
          ['css', weight(files.filter((file) => file.url.endsWith('.css')))],
          ['serviceWorker', weight(files.filter((file) => file.url === '/sw.js'))],
        ];
        for (const [part, bytes] of measured) {
          this.info(`${part}: ${(bytes / 1000).toFixed(1)} kB gz of ${(limits[part] / 1000).toFixed(0)} kB`);
        }
        const over = measured.filter(([part, bytes]) => bytes > limits[part]).map(([part]) => part);
        if (over.length > 0) this.error(`over budget: ${over.join(', ')}`);
      },
    },
  };
}
