import { defineConfig } from 'vitest/config';

// The engine against a running server: apart from the unit tests, because it needs the built binary (NODDFA_BIN).
export default defineConfig({
  test: { include: ['src/**/*.server.ts'], environment: 'node', fileParallelism: false },
});
