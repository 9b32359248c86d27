/** Who gets the next slot of a queue: tenants take turns; within a tenant priority decides, then age. */
import type { QueueOptions } from '../../contracts/backend.ts';
import { checkInteger, checkNumber, checkObject } from '../../shared/check.ts';
import { KeyedHeap } from '../../tasks/keyed-heap.ts';
import { Fifo } from './fifo.ts';
import type { RunRecord } from './run-record.ts';

interface Lane {
  readonly tenant: string;
  heap: KeyedHeap<RunRecord>;
  /** Queued runs. The heap may also hold some that were taken back: they are skipped. */
  ready: number;
  /** Slots in use. */
  held: number;
  hasTurn: boolean;
}

/** A run is in the heap exactly while its status is `queued`; each operation costs log n at most. */
export class RunQueue {
  /** Runs submitted and not yet started. */
  unstarted = 0;
  readonly #lanes = new Map<string, Lane>();
  readonly #turns = new Fifo<Lane>();
  #held = 0;
  #concurrency = Infinity;
  #perTenant = Infinity;
  #agingMs = Infinity;
  maxWaiting = Infinity;

  /** Throws `invalid-argument` for a bad limit, and changes nothing then. What is left out goes back to its default. */
  configure(options: QueueOptions): void {
    checkObject('options', options);
    const {
      concurrency = Infinity,
      perTenant = Infinity,
      maxWaiting = Infinity,
      agingSeconds = Infinity,
    } = options;
    for (const [name, limit] of Object.entries({ concurrency, perTenant, maxWaiting })) {
      if (limit !== Infinity) checkInteger(name, limit, 1);
    }
    checkNumber('agingSeconds', agingSeconds, 0.001);
    this.#concurrency = concurrency;
    this.#perTenant = perTenant;
    this.maxWaiting = maxWaiting;
    const hasNewOrder = this.#agingMs !== agingSeconds * 1000;
    this.#agingMs = agingSeconds * 1000;
    for (const lane of this.#lanes.values()) {
      if (hasNewOrder) this.#rebuild(lane);
      this.#line(lane);
    }
  }

  /** Puts a run in that has just become `queued`. */
  offer(run: RunRecord): void {
    const lane = this.#lane(run);
    lane.heap.push(run, this.#keyOf(run), run.terms.sequence);
    lane.ready += 1;
    this.#line(lane);
  }

  /** Takes a run back that was `queued` and no longer is. */
  withdraw(run: RunRecord): void {
    const lane = this.#lane(run);
    lane.ready -= 1;
    if (lane.heap.size > 64 && lane.ready * 2 < lane.heap.size) this.#rebuild(lane);
    this.#dropIfEmpty(lane);
  }

  /** The next run, with a slot; undefined when there is no run or no slot. The caller changes its status at once. */
  take(): RunRecord | undefined {
    while (this.#held < this.#concurrency) {
      const lane = this.#turns.shift();
      if (lane === undefined) return undefined;
      lane.hasTurn = false;
      if (lane.held >= this.#perTenant) continue;
      let run = lane.heap.pop();
      while (run !== undefined && run.status !== 'queued') run = lane.heap.pop();
      if (run === undefined) continue;
      lane.ready -= 1;
      lane.held += 1;
      this.#held += 1;
      this.#line(lane);
      return run;
    }
    return undefined;
  }

  /** Gives a slot back. */
  release(run: RunRecord): void {
    const lane = this.#lane(run);
    lane.held -= 1;
    this.#held -= 1;
    this.#line(lane);
    this.#dropIfEmpty(lane);
  }

  /** Smaller is sooner. The key never changes: a run that waits gains on all that come later, at the same rate. */
  #keyOf({ terms }: RunRecord): number {
    return terms.createdAt / this.#agingMs - terms.priority;
  }

  #line(lane: Lane): void {
    if (lane.hasTurn || lane.ready === 0 || lane.held >= this.#perTenant) return;
    lane.hasTurn = true;
    this.#turns.push(lane);
  }

  #rebuild(lane: Lane): void {
    const old = lane.heap;
    lane.heap = new KeyedHeap();
    for (let run = old.pop(); run !== undefined; run = old.pop()) {
      if (run.status === 'queued') lane.heap.push(run, this.#keyOf(run), run.terms.sequence);
    }
  }

  #lane({ terms: { tenant } }: RunRecord): Lane {
    let lane = this.#lanes.get(tenant);
    if (lane === undefined) {
      lane = { tenant, heap: new KeyedHeap(), ready: 0, held: 0, hasTurn: false };
      this.#lanes.set(tenant, lane);
    }
    return lane;
  }

  #dropIfEmpty(lane: Lane): void {
    if (lane.ready === 0 && lane.held === 0) this.#lanes.delete(lane.tenant);
  }
}
