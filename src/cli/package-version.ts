/** This package's own version, read from its package.json. */
import { readFileSync } from 'node:fs';
import { packageRoot } from './package-root.ts';
import { join } from 'node:path';

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}
