/** The options of the SQLite backend, checked and with their defaults. */
import {
  checkClock,
  checkFunction,
  checkInteger,
  checkKeys,
  checkNumber,
  checkOneOf,
  checkText,
} from '../../shared/check.ts';
import { InvalidArgumentError } from '../../shared/errors.ts';
import { type IdSource, randomIds } from '../../shared/ids.ts';
import { type Clock, systemClock } from '../../shared/time.ts';

/** All but `path` have defaults. Processes that share a file should have the same. */
export interface SqliteBackendOptions {
  /** The file; it is made when it is not there, its folder is not. Two more files stand beside it while it is open. */
  readonly path: string;
  /** `normal` survives the death of any process; `full` also a power cut, at several times the cost. @default 'normal' */
  readonly synchronous?: 'normal' | 'full';
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default randomIds */
  readonly ids?: IdSource;
  /** A process that gives no sign of life for this long loses its runs to the others. @default 15000 */
  readonly leaseMs?: number;
  /** How often the file is looked at for what other processes did. @default 200 */
  readonly pollMs?: number;
  /** How long a statement waits for another process's lock; the event loop stands still meanwhile. @default 5000 */
  readonly busyMs?: number;
  /** Runs that this process works on at once, over all queues; those that wait don't count. @default 100 */
  readonly maxRunning?: number;
  /** A run that loses this many workers in a row without finishing a step is failed with `limit-reached`. @default 5 */
  readonly maxLosses?: number;
  /** Ended runs are forgotten after this long, with their ids, unless open ones need them. @default Infinity */
  readonly keepFinishedMs?: number;
  /** `cancel` and `stop` wait this long for functions that ignore their signal; then they free the slot. @default 5000 */
  readonly cancelGraceMs?: number;
}

const KEYS = [
  'path',
  'synchronous',
  'clock',
  'ids',
  'leaseMs',
  'pollMs',
  'busyMs',
  'maxRunning',
  'maxLosses',
  'keepFinishedMs',
  'cancelGraceMs',
];

/** Throws `invalid-argument`. */
export function resolveSqliteOptions(options: SqliteBackendOptions): Required<SqliteBackendOptions> {
  checkKeys('options', options, KEYS);
  return {
    path: checkPath(options.path),
    synchronous: checkOneOf('synchronous', options.synchronous ?? 'normal', ['normal', 'full']),
    clock: checkClock('clock', options.clock ?? systemClock),
    ids: checkFunction('ids', options.ids ?? randomIds),
    leaseMs: checkInteger('leaseMs', options.leaseMs ?? 15_000, 10),
    pollMs: checkInteger('pollMs', options.pollMs ?? 200, 1),
    busyMs: checkInteger('busyMs', options.busyMs ?? 5_000, 0),
    maxRunning: checkInteger('maxRunning', options.maxRunning ?? 100, 1),
    maxLosses: checkInteger('maxLosses', options.maxLosses ?? 5, 1),
    keepFinishedMs: checkNumber('keepFinishedMs', options.keepFinishedMs ?? Infinity, 0),
    cancelGraceMs: checkInteger('cancelGraceMs', options.cancelGraceMs ?? 5_000, 0),
  };
}

/** A database that ends with the process would break the promise that runs outlive it. */
function checkPath(value: unknown): string {
  const path = checkText('path', value);
  if (path !== ':memory:') return path;
  throw new InvalidArgumentError('path', 'the path of a file (MemoryBackend keeps runs in memory)', path);
}
