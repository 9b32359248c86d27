/** All runs by tenant, and what is still known of those that were forgotten. */
import { hash } from 'node:crypto';
import type { RunFilter, RunOutcome } from '../../contracts/backend.ts';
import { canonicalJson } from '../../shared/json.ts';
import { unknownPage } from '../driving/run-filter.ts';
import { Fifo } from './fifo.ts';
import type { RunRecord } from './run-record.ts';

/** What is left of a forgotten run: enough for those that depend on it and for a second submission of its id. */
export interface Trace {
  readonly tenant: string;
  readonly id: string;
  readonly name: string;
  readonly status: RunOutcome['status'];
  readonly inputMark: string;
}

interface TenantRuns {
  /** In order of submission. */
  readonly runs: Map<string, RunRecord>;
  /** Open runs by their dedupe key. */
  readonly byDedupeKey: Map<string, RunRecord>;
  readonly traces: Map<string, Trace>;
}

/** For each finished run kept, this many traces of forgotten ones. */
const TRACES_PER_RUN = 10;

export class RunTable {
  readonly #keepFinished: number;
  readonly #tenants = new Map<string, TenantRuns>();
  /** Ended runs that nobody needs, oldest end first. */
  readonly #finished = new Fifo<RunRecord>();
  readonly #traces = new Fifo<Trace>();

  constructor(keepFinished: number) {
    this.#keepFinished = keepFinished;
  }

  get(tenant: string, id: string): RunRecord | undefined {
    return this.#tenants.get(tenant)?.runs.get(id);
  }

  trace(tenant: string, id: string): Trace | undefined {
    return this.#tenants.get(tenant)?.traces.get(id);
  }

  byDedupeKey(tenant: string, key: string): RunRecord | undefined {
    return this.#tenants.get(tenant)?.byDedupeKey.get(key);
  }

  add(run: RunRecord): void {
    const { tenant, id, dedupeKey } = run.terms;
    let runs = this.#tenants.get(tenant);
    if (runs === undefined) {
      runs = { runs: new Map(), byDedupeKey: new Map(), traces: new Map() };
      this.#tenants.set(tenant, runs);
    }
    runs.runs.set(id, run);
    if (dedupeKey !== undefined) runs.byDedupeKey.set(dedupeKey, run);
  }

  /** A run has ended: its dedupe key is free, and it may be forgotten once newer ones have ended and none needs it. */
  ended(run: RunRecord): void {
    const { tenant, dedupeKey } = run.terms;
    if (dedupeKey !== undefined) this.#tenants.get(tenant)?.byDedupeKey.delete(dedupeKey);
    if (run.pins === 0) this.#retire(run);
  }

  /** One that needed the run has ended. */
  unpin(run: RunRecord): void {
    run.pins -= 1;
    if (run.pins === 0 && run.isOver) this.#retire(run);
  }

  *open(): IterableIterator<RunRecord> {
    for (const { runs } of this.#tenants.values())
      for (const run of runs.values()) if (!run.isOver) yield run;
  }

  /** Runs that fit, oldest first: those that are there when the walk begins. Throws `not-found` for an unknown `after`. */
  *matching({
    tenant,
    status,
    name,
    queue,
    after,
    limit = Infinity,
  }: RunFilter): IterableIterator<RunRecord> {
    const runs = this.#tenants.get(tenant)?.runs;
    const last = after === undefined ? undefined : runs?.get(after);
    if (after !== undefined && last === undefined) throw unknownPage(after);
    if (runs === undefined) return;
    const from = last?.terms.sequence ?? 0;
    let found = 0;
    const statuses =
      status === undefined ? undefined : new Set(typeof status === 'string' ? [status] : status);
    let left = runs.size;
    for (const run of runs.values()) {
      left -= 1;
      const { terms } = run;
      const fits =
        terms.sequence > from &&
        (name ?? terms.name) === terms.name &&
        (queue ?? terms.queue) === terms.queue;
      if (fits && (statuses === undefined || statuses.has(run.status))) {
        yield run;
        found += 1;
        if (found >= limit) return;
      }
      // A map shows what is added during the walk; without an end to it, a busy tenant's walk would have none.
      if (left <= 0) return;
    }
  }

  #retire(run: RunRecord): void {
    this.#finished.push(run);
    while (this.#finished.size > this.#keepFinished) {
      const oldest = this.#finished.shift();
      // One that is needed again comes back through unpin.
      if (oldest !== undefined && oldest.pins === 0) this.#forget(oldest);
    }
  }

  #forget({ terms: { tenant, id, name, inputText }, status }: RunRecord): void {
    const runs = this.#tenants.get(tenant);
    // A run is listed twice when it was needed and let go again meanwhile.
    if (runs === undefined || !runs.runs.delete(id)) return;
    const trace: Trace = {
      tenant,
      id,
      name,
      status: status as RunOutcome['status'],
      inputMark: markOf(inputText),
    };
    runs.traces.set(id, trace);
    this.#traces.push(trace);
    while (this.#traces.size > this.#keepFinished * TRACES_PER_RUN) {
      const oldest = this.#traces.shift() as Trace;
      const owner = this.#tenants.get(oldest.tenant);
      owner?.traces.delete(oldest.id);
      if (owner?.runs.size === 0 && owner.traces.size === 0) this.#tenants.delete(oldest.tenant);
    }
  }
}

/** Whether an input is the one that a mark was made of, whatever the order of its keys. */
export function hasMark(mark: string, inputText: string): boolean {
  return mark === inputText || canonical(mark) === canonical(inputText) || mark === digest(inputText);
}

/** What is kept of an input: the text if it is short, otherwise a digest. */
function markOf(inputText: string): string {
  return inputText.length <= 64 ? inputText : digest(inputText);
}

/** Starts with a letter that no JSON text starts with. */
function digest(inputText: string): string {
  return `sha256:${hash('sha256', canonical(inputText), 'hex')}`;
}

function canonical(text: string): string {
  return text.startsWith('{') || text.startsWith('[') ? canonicalJson(JSON.parse(text)) : text;
}
