import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Everything: the tests of `npm test` and the long ones in tests/full. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    exclude: ['node_modules/**', 'tests/fixtures/**'],
    // One at a time: most of them kill processes and count on the leases of the others.
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    coverage: { enabled: false },
  },
});
