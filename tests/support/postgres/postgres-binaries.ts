/** Where PostgreSQL's programs are, or why there are none that a test could start. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  /** Whom the server runs as: PostgreSQL refuses to run as root. Undefined: as oneself. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

export type PostgresSearch =
  | { readonly binaries: PostgresBinaries }
  | { readonly binaries?: undefined; readonly reason: string };

/** Debian keeps the server's programs out of the PATH, in a folder for each version. */
const DEBIAN = '/usr/lib/postgresql';

export function findPostgres(): PostgresSearch {
  const folder = folders().find(
    (each) => isRunnable(join(each, 'postgres')) && isRunnable(join(each, 'initdb')),
  );
  if (folder === undefined)
    return { reason: 'PostgreSQL is not installed (sh scripts/system.sh installs it on Debian)' };
  const programs = { postgres: join(folder, 'postgres'), initdb: join(folder, 'initdb') };
  if (process.getuid?.() !== 0) return { binaries: programs };
  const user = postgresUser();
  if (user === undefined)
    return { reason: 'PostgreSQL does not run as root, and there is no user `postgres`' };
  return { binaries: { ...programs, user } };
}

function folders(): readonly string[] {
  let versions: string[] = [];
  try {
    versions = readdirSync(DEBIAN).sort((one, other) => Number(other) - Number(one));
  } catch {
    // Another system, or not installed.
  }
  return [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function postgresUser(): { uid: number; gid: number } | undefined {
  try {
    const ask = (flag: string): number =>
      Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: ask('-u'), gid: ask('-g') };
  } catch {
    return undefined;
  }
}
