/** Tells about the runs of a memory backend. */
import type { RunFilter, RunInfo, RunOutcome, RunStore } from '../../contracts/backend.ts';
import type { StatePort } from '../../contracts/state.ts';
import { checkNumber, checkSignal } from '../../shared/check.ts';
import type { Alarms } from '../driving/alarms.ts';
import { checkName } from '../driving/names.ts';
import { checkRunFilter } from '../driving/run-filter.ts';
import { notFound } from '../driving/run-row.ts';
import { waitForEnd } from '../driving/wait-for-end.ts';
import { MemoryState } from './memory-state.ts';
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
    if (run === undefined) throw notFound(runId);
    return waitForEnd({
      id: runId,
      alarms: this.#alarms,
      timeoutMs,
      signal,
      standing: () =>
        `; it is ${run.status}${run.startedAt === null ? ' and has not begun: was the orchestrator started?' : ''}.`,
      watch: ({ ended }) => run.onEnd(ended),
    });
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
}
