/** Tells about the runs of a memory backend. */
import type { RunFilter, RunInfo, RunOutcome, RunStore } from '../../contracts/backend.ts';
import type { StatePort } from '../../contracts/state.ts';
import { checkNumber, checkSignal } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import type { Alarms } from '../driving/alarms.ts';
import { checkName } from '../driving/names.ts';
import { checkRunFilter } from '../driving/run-filter.ts';
import { MemoryState } from './memory-state.ts';
import type { RunRecord } from './run-record.ts';
import type { RunTable } from './run-table.ts';

export class MemoryRunStore implements RunStore {
  readonly #table: RunTable;
  readonly #alarms: Alarms;
  readonly #states = new Map<string, MemoryState>();

  constructor(table: RunTable, alarms: Alarms) {
    this.#table = table;
    this.#alarms = alarms;
  }

  async get(runId: string, tenant: string): Promise<RunInfo | undefined> {
    return this.#table.get(checkName('tenant', tenant), checkName('runId', runId))?.info;
  }

  /** Shows the runs that are there when the walk begins, as they are when it comes to them. */
  async *list(filter: RunFilter): AsyncGenerator<RunInfo, void, undefined> {
    for (const run of this.#table.matching(checkRunFilter(filter))) yield run.info;
  }

  async result(
    runId: string,
    tenant: string,
    { timeoutMs, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<RunOutcome> {
    checkSignal('signal', signal)?.throwIfAborted();
    if (timeoutMs !== undefined) checkNumber('timeoutMs', timeoutMs, 0, Number.MAX_SAFE_INTEGER);
    const run = this.#table.get(checkName('tenant', tenant), checkName('runId', runId));
    if (run === undefined)
      throw new OrchestratorError('not-found', `There is no run "${runId}" of this tenant.`, {
        details: { runId },
      });
    return run.isOver ? run.outcome : this.#wait(run, timeoutMs, signal);
  }

  state(tenant: string): StatePort {
    checkName('tenant', tenant);
    let state = this.#states.get(tenant);
    if (state === undefined) {
      state = new MemoryState();
      this.#states.set(tenant, state);
    }
    return state;
  }

  #wait(run: RunRecord, timeoutMs: number | undefined, signal: AbortSignal | undefined): Promise<RunOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<RunOutcome>();
    const close = (): void => {
      unwatch();
      this.#alarms.cancel(alarm);
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      close();
      reject(signal?.reason as Error);
    };
    const unwatch = run.onEnd((outcome) => {
      close();
      resolve(outcome);
    });
    const alarm =
      timeoutMs === undefined
        ? undefined
        : this.#alarms.set(timeoutMs, () => {
            close();
            reject(
              new OrchestratorError(
                'timed-out',
                `Run "${run.terms.id}" did not end in ${timeoutMs} ms; it is ${run.info.status}${run.info.startedAt === null ? ' and has not begun: was the orchestrator started?' : ''}.`,
                {
                  retryable: true,
                  details: { runId: run.terms.id, timeoutMs },
                },
              ),
            );
          });
    signal?.addEventListener('abort', onAbort, { once: true });
    return promise;
  }
}
