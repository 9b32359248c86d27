/** Gets `node:sqlite` when it is first needed, so that programs without this backend neither load nor need it. */
import { OrchestratorError } from '../../shared/errors.ts';

type Driver = typeof import('node:sqlite');

/** Throws `optional-package-missing` on a Node that has no SQLite. Node 22's notice that it is experimental is not shown. */
export function loadDriver(): Driver {
  const { emitWarning } = process;
  // The notice is given while the module loads, which is synchronous: nobody else's warning can get lost here.
  process.emitWarning = () => undefined;
  let driver: Driver | undefined;
  try {
    driver = process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
  if (driver !== undefined) return driver;
  throw new OrchestratorError(
    'optional-package-missing',
    `This Node (${process.version}) has no node:sqlite, which the SQLite backend needs; use Node 22.13 or newer.`,
    { details: { package: 'node:sqlite', node: process.version } },
  );
}
