import { cpSync } from 'node:fs';
import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'skills/index': 'src/skills/index.ts',
    'backends/sqlite/index': 'src/backends/sqlite/index.ts',
    'backends/dbos/index': 'src/backends/dbos/index.ts',
    // A thread of its own: its file must be there by itself.
    'backends/dbos/beat-thread': 'src/backends/dbos/supervision/beat-thread.ts',
    'adapters/cli/index': 'src/adapters/cli/index.ts',
    'adapters/mcp/index': 'src/adapters/mcp/index.ts',
    'testing/index': 'src/testing/index.ts',
    'cli/main': 'src/cli/main.ts',
  },
  format: ['esm'],
  dts: false,
  sourcemap: true,
  clean: true,
  target: 'node22',
  treeshake: false,
  // Errors are printed by the name of their class.
  keepNames: true,
  // Prompts are files that anyone can read and replace: they are shipped as they are.
  onSuccess: async () => cpSync('src/agents/prompts', 'dist/prompts', { recursive: true }),
});
