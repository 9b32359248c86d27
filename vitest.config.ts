import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^autogen-orchestrator$/, replacement: source('index.ts') },
      { find: /^autogen-orchestrator\/(.+)$/, replacement: `${source('')}$1/index.ts` },
    ],
  },
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/full/**', 'tests/fixtures/**'],
    testTimeout: 20_000,
    // Most of the time is spent waiting for programs: two at once even on two cores.
    maxWorkers: 2,
    reporters: ['default', './tests/support/closing-line.ts'],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 90 },
    },
  },
});
