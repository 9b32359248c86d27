/** Finds this package's own folder, from the sources as well as from the built files. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OrchestratorError } from '../shared/errors.ts';

/** The nearest folder above this file whose package.json names this package. Throws `not-found`. */
export function packageRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string };
    if (name === 'autogen-orchestrator') return folder;
  }
  throw new OrchestratorError('not-found', `No package.json of autogen-orchestrator above ${start}.`, {
    details: { start },
  });
}
