/** Tells about the runs that the memory backend keeps. */
import { RUN_STATUSES, type RunFilter, type RunInfo, type RunOutcome, type RunStore } from '../../contracts/backend.ts';
import type { StatePort } from '../../contracts/state.ts';
import { mergeSignals, raceSignal } from '../../shared/abort.ts';
import { checkInteger, checkObject, checkOneOf, checkSignal, checkText } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { type Clock, deadline } from '../../shared/time.ts';
import { MemoryState } from './memory-state.ts';
import type { RunRecord } from './run-record.ts';

export class MemoryRunStore implements RunStore {
  readonly #runs: ReadonlyMap<string, RunRecord>;
  readonly #clock: Clock;
  readonly #states = new Map<string, MemoryState>();

  constructor(runs: ReadonlyMap<string, RunRecord>, clock: Clock) {
    this.#runs = runs;
    this.#clock = clock;
  }

  async get(runId: string, tenant: string): Promise<RunInfo | undefined> {
    return this.#of(runId, tenant)?.info;
  }

  async *list(filter: RunFilter): AsyncGenerator<RunInfo, void, undefined> {
    checkObject('filter', filter);
    checkText('filter.tenant', filter.tenant);
    const { tenant, name, queue } = filter;
    const statuses = filter.status === undefined ? RUN_STATUSES : [filter.status].flat();
    for (const status of statuses) checkOneOf('filter.status', status, RUN_STATUSES);
    for (const run of [...this.#runs.values()]) {
      const { definition, status } = run;
      if (definition.tenant !== tenant || !statuses.includes(status)) continue;
      if (name !== undefined && definition.name !== name) continue;
      if (queue !== undefined && definition.queue !== queue) continue;
      yield run.info;
    }
  }

  async result(
    runId: string,
    tenant: string,
    { timeoutMs, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<RunOutcome> {
    checkSignal('signal', signal);
    if (timeoutMs !== undefined) checkInteger('timeoutMs', timeoutMs);
    const run = this.#of(runId, tenant);
    if (run === undefined) {
      throw new OrchestratorError('not-found', `There is no run ${runId} of tenant ${tenant}.`, { details: { runId } });
    }
    if (timeoutMs === undefined || run.isFinal) return raceSignal(run.ended(), signal);
    const limit = deadline(this.#clock, timeoutMs, `Run ${runId}`);
    try {
      return await raceSignal(run.ended(), mergeSignals(signal, limit.signal));
    } finally {
      limit.clear();
    }
  }

  state(tenant: string): StatePort {
    checkText('tenant', tenant);
    const state = this.#states.get(tenant) ?? new MemoryState();
    this.#states.set(tenant, state);
    return state;
  }

  #of(runId: string, tenant: string): RunRecord | undefined {
    checkText('runId', runId);
    checkText('tenant', tenant);
    const run = this.#runs.get(runId);
    return run?.definition.tenant === tenant ? run : undefined;
  }
}
