import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

// The one list of which folder may import which. A folder not named on a line may not be imported from there.
const mayImport = {
  'src/lib/casework': [],
  'src/lib/vault': ['casework'],
  'src/lib/exchange': ['casework'],
  'src/lib/forms': ['casework'],
  'src/lib/state': ['casework', 'forms', 'vault', 'exchange', 'log'],
  'src/lib/ui': ['words'],
  'src/lib/words': [],
};
const folders = ['casework', 'forms', 'vault', 'exchange', 'state', 'ui', 'words', 'log', 'screens', 'router.svelte'];

const directions = Object.entries(mayImport).map(([folder, allowed]) => ({
  files: [`${folder}/**/*.ts`, `${folder}/**/*.svelte`],
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: folders
        .filter((name) => !allowed.includes(name) && !folder.endsWith(name))
        .map((name) => ({ group: [`**/${name}`, `**/${name}/**`], message: `${folder} may not import ${name}` })),
    }],
  },
}));

const only = (name, place) => ({ name, message: `only ${place} uses ${name}` });

export default ts.config(
  { ignores: ['build', 'node_modules', 'eslint.config.js', 'tests'] },
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './tsconfig.worker.json'], extraFileExtensions: ['.svelte'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'no-console': 'error',
      'no-undef': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // State is replaced whole when it changes, so plain maps and sets are right.
      'svelte/prefer-svelte-reactivity': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      'no-restricted-globals': ['error', only('fetch', 'lib/exchange'), only('indexedDB', 'lib/vault'), only('crypto', 'lib/vault and casework/ids')],
    },
  },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  // The linter sees the props of another component as any; svelte-check knows their types and is the one that checks them.
  {
    files: ['**/*.svelte'],
    rules: Object.fromEntries(['argument', 'assignment', 'call', 'member-access', 'return'].map((act) => [`@typescript-eslint/no-unsafe-${act}`, 'off'])),
  },
  { files: ['src/lib/vault/**', 'src/lib/exchange/**', 'src/lib/casework/ids.ts', 'src/service-worker.ts', '**/*.test.ts', 'plugins/**'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['**/*.test.ts'], rules: { '@typescript-eslint/unbound-method': 'off' } },
  ...directions,
);
