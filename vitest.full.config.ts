import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Everything: the tests of `npm test` and the long ones in tests/full. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    exclude: ['node_modules/**', 'tests/fixtures/**'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    coverage: { enabled: false },
  },
});
