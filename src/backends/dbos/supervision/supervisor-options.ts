/** The options of a supervisor, checked and with their defaults. */
import type { DBOSConfig } from '@dbos-inc/dbos-sdk';
import type { Pool } from 'pg';
import type { Logger } from '../../../observability/logger.ts';
import {
  checkFunction,
  checkInteger,
  checkKeys,
  checkMethods,
  checkObject,
  checkText,
  checkTextArray,
} from '../../../shared/check.ts';
import { InvalidArgumentError } from '../../../shared/errors.ts';
import type { DbosClass } from '../load-packages.ts';

/** One statement of SQL; `$1` is the id of the executor that died. */
export type SqlStatement = string;

/** What a launcher has to give to DBOS, besides its own settings. */
export interface LaunchTerms {
  /** `executorID` of DBOS's configuration. */
  readonly executorId: string;
  /** `systemDatabasePool` of DBOS's configuration: its sessions can be ended by others, and that does no harm here. */
  readonly pool: Pool;
}

/** What DBOS is configured with where the supervisor launches it. */
export type SupervisedConfig = Omit<
  DBOSConfig,
  'executorID' | 'systemDatabasePool' | 'systemDatabaseUrl' | 'systemDatabasePoolSize'
>;

/** Options of a supervisor. Executors of one application should have the same. */
export interface SupervisorOptions {
  /** `postgres://user:password@host:5432/database`: where DBOS keeps its tables. */
  readonly connection: string;
  /** DBOS's configuration. Its `name` scopes whom this supervisor watches: executors of the same application. */
  readonly config: SupervisedConfig;
  /** The class `DBOS`. @default the one that is installed */
  readonly dbos?: DbosClass;
  /** Launches DBOS in place of `DBOS.setConfig` and `DBOS.launch`; called again, with another id, after a loss. */
  readonly launch?: (terms: LaunchTerms) => Promise<void>;
  /** Ends what `launch` began. @default DBOS.shutdown */
  readonly shutdown?: (options: { readonly drainMs: number }) => Promise<void>;
  /** Run in the transaction that declares this executor dead, whoever declares it. @default [] */
  readonly onDeath?: readonly SqlStatement[];
  /** An executor that gives no sign of life for this long is dead to the others. @default 15000 */
  readonly leaseMs?: number;
  /** @default a sixth of the lease */
  readonly beatMs?: number;
  /** A main thread that does nothing for this long gives up, though its other thread still beats. @default four leases */
  readonly maxBlockedMs?: number;
  /** DBOS's connections. @default 20 */
  readonly poolSize?: number;
  /** @default none */
  readonly logger?: Logger;
}

export interface ResolvedSupervisorOptions
  extends Required<Omit<SupervisorOptions, 'dbos' | 'launch' | 'shutdown' | 'logger'>> {
  readonly dbos: DbosClass | undefined;
  readonly launch: SupervisorOptions['launch'];
  readonly shutdown: SupervisorOptions['shutdown'];
  readonly logger: Logger | undefined;
  /** DBOS's schema. */
  readonly dbosSchema: string;
}

const KEYS = [
  'connection',
  'config',
  'dbos',
  'launch',
  'shutdown',
  'onDeath',
  'leaseMs',
  'beatMs',
  'maxBlockedMs',
  'poolSize',
  'logger',
];

/** With `_supervision` behind it, PostgreSQL still takes the name whole. */
const LONGEST_SCHEMA = 50;

/** Throws `invalid-argument`. */
export function resolveSupervisorOptions(options: SupervisorOptions): ResolvedSupervisorOptions {
  checkKeys('options', options, KEYS);
  const { connection, config, dbos, launch, shutdown, onDeath = [], logger } = options;
  const leaseMs = checkInteger('leaseMs', options.leaseMs ?? 15_000, 100);
  const beatMs = checkInteger(
    'beatMs',
    options.beatMs ?? Math.ceil(leaseMs / 6),
    10,
    Math.floor(leaseMs / 2),
  );
  checkText('config.name', checkObject('config', config)['name']);
  if (dbos !== undefined && typeof (dbos as Partial<DbosClass>).launch !== 'function')
    throw new InvalidArgumentError('dbos', 'the class DBOS of @dbos-inc/dbos-sdk', dbos);
  if (launch !== undefined) checkFunction('launch', launch);
  if (shutdown !== undefined) checkFunction('shutdown', shutdown);
  if (logger !== undefined) checkMethods('logger', logger, ['info', 'warn', 'error'], 'a logger');
  return {
    connection: checkConnection(connection),
    config,
    dbos,
    launch,
    shutdown,
    onDeath: [...checkTextArray('onDeath', onDeath)],
    leaseMs,
    beatMs,
    maxBlockedMs: checkInteger('maxBlockedMs', options.maxBlockedMs ?? leaseMs * 4, beatMs),
    poolSize: checkInteger('poolSize', options.poolSize ?? 20, 2),
    logger,
    dbosSchema: checkSchema(config.systemDatabaseSchemaName ?? 'dbos'),
  };
}

function checkConnection(value: unknown): string {
  const text = checkText('connection', value);
  if (/^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text)) return text;
  // What was given may hold a password.
  throw new InvalidArgumentError('connection', 'a text that begins with postgres://', '…');
}

function checkSchema(value: unknown): string {
  const text = checkText('config.systemDatabaseSchemaName', value);
  if (/^[a-z_][a-z0-9_]*$/.test(text) && text.length <= LONGEST_SCHEMA) return text;
  throw new InvalidArgumentError(
    'config.systemDatabaseSchemaName',
    `up to ${LONGEST_SCHEMA} small letters, digits and underscores that begin with no digit`,
    value,
  );
}
