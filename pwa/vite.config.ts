import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { budget } from './plugins/budget.ts';
import { serviceWorker } from './plugins/service-worker.ts';
import { tables } from './plugins/tables.ts';
import { words } from './plugins/words.ts';
import manifest from './package.json' with { type: 'json' };

// Safari 16.4 is the oldest browser that installs the app and can show its notifications.
const target = ['es2022', 'safari16.4'];

export default defineConfig({
  plugins: [
    tables(),
    words(),
    svelte({ compilerOptions: { runes: true } }),
    serviceWorker({ entry: 'src/service-worker.ts', target }),
    budget({ firstPaintJs: 35_000, appJs: 110_000, css: 16_000, serviceWorker: 6_000, notInField: /\/assets\/(Queue|Review|DemoPeople|(work\.)?en)-/ }),
  ],
  define: { __APP_VERSION__: JSON.stringify(manifest.version) },
  publicDir: 'static',
  css: {
    preprocessorOptions: { scss: { loadPaths: ['node_modules'], quietDeps: true } },
    // govuk-frontend still carries a media query hack for old browsers that the minifier cannot parse.
    lightningcss: { errorRecovery: true },
  },
  worker: { format: 'es' },
  build: {
    outDir: 'build',
    emptyOutDir: true,
    target,
    assetsInlineLimit: 0,
    // Screens are loaded one at a time and kept by the service worker, so preloading gains nothing.
    modulePreload: false,
    rolldownOptions: {
      output: {
        // Few larger files weigh less than many small ones. What the first paint needs is left out of both.
        codeSplitting: {
          groups: [
            { name: 'first', priority: 2, test: /node_modules\/(svelte|esm-env|clsx)\/|lib\/state\/(session|status|updates|editing)|lib\/words\/words|lib\/router/ },
            { name: 'engine', test: /lib\/(casework|vault|exchange|log)|lib\/state\/(?!session|status|updates|editing)|node_modules\/idb|casework\/\w+\.json/ },
            { name: 'controls', test: /lib\/ui\/|screens\/record\/(sections|options|answers|signs|safe-contact|Answers)|screens\/home\/RecordRow|screens\/review\/TwoTexts/ },
          ],
        },
      },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
  // Svelte's runes must be the browser's in unit tests too.
  resolve: process.env['VITEST'] === undefined ? {} : { conditions: ['browser'] },
});
