/** Where the file of the thread that beats is: beside the source, or beside the bundle. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OrchestratorError } from '../../../shared/errors.ts';

/** From a bundle of the subpath, and from a part that several bundles share. */
const BUNDLED = ['./beat-thread.js', './backends/dbos/beat-thread.js'];

export function threadLocation(from = import.meta.url): URL {
  if (from.endsWith('.ts')) return new URL('./beat-thread.ts', from);
  const found = BUNDLED.map((path) => new URL(path, from)).find((url) => existsSync(fileURLToPath(url)));
  if (found !== undefined) return found;
  const message =
    'The file beat-thread.js of the DBOS backend is not where it was installed: leave autogen-orchestrator out of your own bundle.';
  throw new OrchestratorError('internal', message, { details: { looked: [...BUNDLED] } });
}
