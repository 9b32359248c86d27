import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, sourceFiles } from '../house/source-files.ts';

/** Builds the package where `dist` is missing or older than a source file, so that what is run is what is published. */
export function ensureBuilt(): void {
  const built = join(ROOT, 'dist/index.js');
  // The types come last: a build that broke off has none.
  const builtAt = existsSync(join(ROOT, 'dist/index.d.ts')) ? statSync(built).mtimeMs : 0;
  if (sourceFiles('src').every(({ path }) => statSync(join(ROOT, path)).mtimeMs <= builtAt)) return;
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, stdout, stderr } = spawnSync(npm, ['run', 'build'], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The build failed:\n${stdout.slice(-2000)}${stderr.slice(-2000)}`);
}
