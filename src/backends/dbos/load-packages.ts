/** Gets the packages that this backend stands on when they are first needed. */
import { createRequire } from 'node:module';
import { OrchestratorError, toError } from '../../shared/errors.ts';

export type DbosClass = typeof import('@dbos-inc/dbos-sdk')['DBOS'];
type Driver = typeof import('pg');

/** The supervisor writes to tables of this release. */
export const DBOS_VERSION = '5.3.0';
const DBOS_PACKAGE = '@dbos-inc/dbos-sdk';
const INSTALL = `npm install pg@8 ${DBOS_PACKAGE}@${DBOS_VERSION}`;

/** Throws `optional-package-missing`. */
export async function loadPg(): Promise<Driver> {
  try {
    const loaded = (await import('pg')) as Driver & { readonly default?: Driver };
    return loaded.default ?? loaded;
  } catch (error) {
    throw missing('pg', error);
  }
}

/** DBOS, and the token of the execution that asks. Throws `optional-package-missing`, also for another version. */
export async function loadDbos(): Promise<{
  readonly DBOS: DbosClass;
  /** Undefined outside of a workflow. */
  readonly currentClaim: () => string | undefined;
  /** Of the DBOS that is launched. */
  readonly applicationName: () => string;
}> {
  const version = installedVersion();
  if (version !== undefined && version !== DBOS_VERSION) {
    const message = `The DBOS backend needs ${DBOS_PACKAGE} ${DBOS_VERSION} and found ${version}: it writes to tables of that release. ${INSTALL}`;
    throw new OrchestratorError('optional-package-missing', message, {
      details: { package: DBOS_PACKAGE, expected: DBOS_VERSION, version },
    });
  }
  try {
    const { DBOS } = await import('@dbos-inc/dbos-sdk');
    const { getCurrentContextStore } = await import('@dbos-inc/dbos-sdk/internal/context');
    const { globalParams } = await import('@dbos-inc/dbos-sdk/internal/utils');
    return {
      DBOS,
      currentClaim: () => getCurrentContextStore()?.ownerXid,
      applicationName: () => globalParams.appName ?? '',
    };
  } catch (error) {
    throw missing(DBOS_PACKAGE, error);
  }
}

function installedVersion(): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    const entry = require.resolve(DBOS_PACKAGE);
    const folder = entry.slice(0, entry.lastIndexOf(`dbos-sdk`) + 'dbos-sdk'.length);
    return (require(`${folder}/package.json`) as { version: string }).version;
  } catch {
    return undefined;
  }
}

function missing(name: string, cause: unknown): OrchestratorError {
  const message = `The DBOS backend needs the package ${name}: ${INSTALL} (${toError(cause).message})`;
  return new OrchestratorError('optional-package-missing', message, {
    details: { package: name, install: INSTALL },
    cause,
  });
}
