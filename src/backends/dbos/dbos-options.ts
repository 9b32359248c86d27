/** The options of the DBOS backend, checked and with their defaults. */
import {
  checkClock,
  checkFunction,
  checkInteger,
  checkKeys,
  checkMethods,
  checkNumber,
  checkText,
} from '../../shared/check.ts';
import { InvalidArgumentError } from '../../shared/errors.ts';
import { type IdSource, randomIds } from '../../shared/ids.ts';
import { type Clock, systemClock } from '../../shared/time.ts';

/** What the backend needs of an application's own pool: `new pg.Pool(…)` has it. */
export interface PoolLike {
  query: unknown;
  connect: unknown;
  end: unknown;
}

/** What the backend needs of an application's own DBOS: the class that `@dbos-inc/dbos-sdk` exports. */
export interface DbosLike {
  launch: unknown;
  registerWorkflow: unknown;
  startWorkflow: unknown;
}

/** All but `connectionString` have defaults. Processes that share a database should have the same. */
export interface DbosBackendOptions {
  /** `postgres://user:password@host:5432/database`. */
  readonly connectionString: string;
  /** Our tables' schema; it is made when it is not there. @default 'autogen_orchestrator' */
  readonly schema?: string;
  /** DBOS's schema in the same database. @default 'dbos' */
  readonly dbosSchema?: string;
  /** The application's own pool of `pg`, to the same database; it is left open. @default a pool of its own */
  readonly pool?: PoolLike;
  /**
   * The application's own DBOS, which it configures (with an `executorID` that no other process has) and launches
   * after this backend is made and before it is started. @default DBOS is configured, launched and shut down here
   */
  readonly dbos?: DbosLike;
  /** The name under which DBOS keeps what is ours, where it is launched here. @default 'autogen-orchestrator' */
  readonly applicationName?: string;
  /** What DBOS notes as the version of this program, where it is launched here. Runs go on under any version. @default '1' */
  readonly applicationVersion?: string;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default randomIds */
  readonly ids?: IdSource;
  /** A process that gives no sign of life for this long loses its runs to the others. @default 15000 */
  readonly leaseMs?: number;
  /** How often the database is looked at for what no notice told of. @default 1000 */
  readonly pollMs?: number;
  /** Connections of the pool of its own, and of DBOS's where it is launched here. @default 20 */
  readonly poolSize?: number;
  /** Runs that this process works on at once, over all queues; those that wait don't count. @default 100 */
  readonly maxRunning?: number;
  /** A run that loses this many workers in a row without finishing a step is failed with `limit-reached`. @default 5 */
  readonly maxLosses?: number;
  /** Ended runs are forgotten after this long, with their ids, unless open ones need them. @default Infinity */
  readonly keepFinishedMs?: number;
  /** `cancel` and `stop` wait this long for functions that ignore their signal; then they free the slot. @default 5000 */
  readonly cancelGraceMs?: number;
  /** A call waits this long for a database that is away; runs that work wait as long as it takes. @default 10000 */
  readonly patienceMs?: number;
}

export type ResolvedDbosOptions = Required<Omit<DbosBackendOptions, 'pool' | 'dbos'>> &
  Pick<DbosBackendOptions, 'pool' | 'dbos'>;

const KEYS = [
  'connectionString',
  'schema',
  'dbosSchema',
  'pool',
  'dbos',
  'applicationName',
  'applicationVersion',
  'clock',
  'ids',
  'leaseMs',
  'pollMs',
  'poolSize',
  'maxRunning',
  'maxLosses',
  'keepFinishedMs',
  'cancelGraceMs',
  'patienceMs',
];

/** PostgreSQL cuts longer names. */
const LONGEST_NAME = 50;

/** Throws `invalid-argument`. */
export function resolveDbosOptions(options: DbosBackendOptions): ResolvedDbosOptions {
  checkKeys('options', options, KEYS);
  const { pool, dbos } = options;
  if (pool !== undefined) checkMethods('pool', pool, ['query', 'connect', 'end'], 'a pool of pg');
  if (dbos !== undefined && typeof (dbos as Partial<DbosLike>).registerWorkflow !== 'function')
    throw new InvalidArgumentError('dbos', 'the class DBOS of @dbos-inc/dbos-sdk', dbos);
  return {
    connectionString: checkConnectionString(options.connectionString),
    schema: checkSchema('schema', options.schema ?? 'autogen_orchestrator'),
    dbosSchema: checkSchema('dbosSchema', options.dbosSchema ?? 'dbos'),
    ...(pool !== undefined && { pool }),
    ...(dbos !== undefined && { dbos }),
    applicationName: checkText('applicationName', options.applicationName ?? 'autogen-orchestrator'),
    applicationVersion: checkText('applicationVersion', options.applicationVersion ?? '1'),
    clock: checkClock('clock', options.clock ?? systemClock),
    ids: checkFunction('ids', options.ids ?? randomIds),
    leaseMs: checkInteger('leaseMs', options.leaseMs ?? 15_000, 100),
    pollMs: checkInteger('pollMs', options.pollMs ?? 1_000, 1),
    poolSize: checkInteger('poolSize', options.poolSize ?? 20, 2),
    maxRunning: checkInteger('maxRunning', options.maxRunning ?? 100, 1),
    maxLosses: checkInteger('maxLosses', options.maxLosses ?? 5, 1),
    keepFinishedMs: checkNumber('keepFinishedMs', options.keepFinishedMs ?? Infinity, 0),
    cancelGraceMs: checkInteger('cancelGraceMs', options.cancelGraceMs ?? 5_000, 0),
    patienceMs: checkNumber('patienceMs', options.patienceMs ?? 10_000, 0),
  };
}

function checkConnectionString(value: unknown): string {
  const text = checkText('connectionString', value);
  if (/^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text)) return text;
  // What was given may hold a password.
  throw new InvalidArgumentError(
    'connectionString',
    'a URL such as postgres://user:password@host:5432/database, with what is special in it percent-encoded',
    '…',
  );
}

function checkSchema(name: string, value: unknown): string {
  const text = checkText(name, value);
  if (/^[a-z_][a-z0-9_]*$/.test(text) && text.length <= LONGEST_NAME) return text;
  throw new InvalidArgumentError(
    name,
    `up to ${LONGEST_NAME} small letters, digits and underscores that begin with no digit`,
    value,
  );
}
