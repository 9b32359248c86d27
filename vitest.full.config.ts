import { mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Everything, the long tests in tests/full too. */
export default mergeConfig(base, {
  test: { exclude: ['node_modules/**'], testTimeout: 300_000, coverage: { enabled: false } },
});
