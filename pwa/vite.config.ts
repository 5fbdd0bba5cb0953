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
    budget({
      firstPaintJs: 35_000, appJs: 110_000, css: 16_000, serviceWorker: 6_000,
      parts: {
        deskJs: { most: 42_000, scripts: /\/assets\/(desk|Queue|Review)/ },
        tellJs: { most: 6_000, scripts: /\/assets\/tell/ },
        referJs: { most: 45_000, scripts: /\/assets\/refer/ },
      },
      nowhere: /\/assets\/(DemoPeople|((work|refer|desk)\.)?en)-/,
    }),
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
            { name: 'first', priority: 9, test: /node_modules\/(svelte|esm-env|clsx)\/|lib\/state\/(session|status|updates|editing)|lib\/words\/words|lib\/router|screens\/shell\/(hide|Message)/ },
            { name: 'engine', priority: 8, test: /lib\/(casework\/(?!referral|changes)|vault|exchange(?!\/(desk|push))|log)|lib\/state\/(?!session|status|updates|editing|referral|forms|facts|desk|changes|notices|telling)|node_modules\/idb|casework\/(?!referrals)\w+\.json/ },
            { name: 'controls', priority: 7, test: /lib\/ui\/|screens\/record\/(sections|options|answers|signs|safe-contact|Answers|local-time)|screens\/home\/RecordRow|screens\/review\/(TwoTexts|ReasonedAct)|screens\/view\/(Timeline|Reveal)/ },
            // What is always shown together, and what is seldom asked for.
            { name: 'home', priority: 6, test: /screens\/home\/(?!Refer)|screens\/shell\/(AtWork|Nav|SyncBar)/ },
            { name: 'others', priority: 5, test: /screens\/(attention|settings\/(?!Notifications)|advice|view)\// },
            // A group takes in what its modules need, so these come last: the state of referrals goes with the first page's list, their
            // forms and screens with the first referral.
            { name: 'refer-state', priority: 3, test: /lib\/state\/referrals\.|lib\/casework\/referral|casework\/referrals\.json|screens\/home\/Refer/ },
            { name: 'refer', priority: 2, test: /lib\/forms\/|lib\/state\/(forms|referral-draft|facts)|internal\/forms\/|screens\/referral\// },
            { name: 'tell', priority: 1, test: /lib\/state\/(notices|telling)|lib\/exchange\/push|screens\/settings\/Notifications|screens\/inbox\// },
            { name: 'desk', priority: 0, test: /screens\/desk\/|lib\/(state|exchange)\/desk|lib\/(casework|state)\/changes/ },
          ],
        },
      },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
  // Svelte's runes must be the browser's in unit tests too.
  resolve: process.env['VITEST'] === undefined ? {} : { conditions: ['browser'] },
});
