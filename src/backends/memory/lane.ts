/** The runs of one tenant that are ready in one queue, and what it has used of its share. */
import { KeyedHeap } from '../../tasks/keyed-heap.ts';
import type { QueueLimits, Rate } from '../driving/queue-limits.ts';
import { RateWindow } from '../driving/rate-window.ts';
import type { RunRecord } from './run-record.ts';

/** A heap that skips runs which were taken back; `ready` of them were not. */
interface Ready {
  heap: KeyedHeap<RunRecord>;
  ready: number;
}

/** A run is in a heap exactly while its status is `queued`; each operation costs log n at most. */
export class Lane {
  readonly tenant: string;
  /** Runs that have not started yet: rates hold them back. */
  readonly #fresh: Ready = { heap: new KeyedHeap(), ready: 0 };
  /** Runs that go on after a wait. */
  readonly #again: Ready = { heap: new KeyedHeap(), ready: 0 };
  #agingMs = Infinity;
  /** Slots in use, and how many may be. */
  held = 0;
  limit = Infinity;
  /** What one turn costs: less for a heavier tenant. */
  price = 1;
  /** When its next turn is, in turns that a tenant of weight 1 could have had. */
  turn = 0;
  isLined = false;
  isAside = false;
  window: RateWindow | undefined;

  constructor(tenant: string, limits: QueueLimits) {
    this.tenant = tenant;
    this.configure(limits);
  }

  get fresh(): number {
    return this.#fresh.ready;
  }

  get again(): number {
    return this.#again.ready;
  }

  get isIdle(): boolean {
    return this.#fresh.ready === 0 && this.#again.ready === 0 && this.held === 0;
  }

  configure({ perTenant, perTenantRate, tenants, agingMs }: QueueLimits): void {
    const own = tenants.get(this.tenant);
    this.limit = own?.concurrency ?? perTenant;
    this.price = 1 / (own?.weight ?? 1);
    this.window = windowFor(own?.rate ?? perTenantRate, this.window);
    if (this.#agingMs === agingMs) return;
    this.#agingMs = agingMs;
    this.#rebuild(this.#fresh);
    this.#rebuild(this.#again);
  }

  offer(run: RunRecord): void {
    const side = this.#sideOf(run);
    side.heap.push(run, this.#keyOf(run), run.terms.sequence);
    side.ready += 1;
  }

  /** Takes a run back that was `queued` and no longer is. */
  withdraw(run: RunRecord): void {
    const side = this.#sideOf(run);
    side.ready -= 1;
    if (side.heap.size > 64 && side.ready * 2 < side.heap.size) this.#rebuild(side);
  }

  /** The next run; without `canStart` only one that goes on. */
  take(canStart: boolean): RunRecord | undefined {
    const again = this.#again.ready > 0 ? first(this.#again.heap) : undefined;
    const fresh = canStart && this.#fresh.ready > 0 ? first(this.#fresh.heap) : undefined;
    const run = fresh === undefined || (again !== undefined && this.#isBefore(again, fresh)) ? again : fresh;
    if (run === undefined) return undefined;
    const side = run === again ? this.#again : this.#fresh;
    side.heap.pop();
    side.ready -= 1;
    return run;
  }

  #sideOf({ startedAt }: RunRecord): Ready {
    return startedAt === null ? this.#fresh : this.#again;
  }

  /** Smaller is sooner. The key never changes: a run that waits gains on all that come later, at the same rate. */
  #keyOf({ terms }: RunRecord): number {
    return terms.createdAt / this.#agingMs - terms.priority;
  }

  #isBefore(one: RunRecord, other: RunRecord): boolean {
    const difference = this.#keyOf(one) - this.#keyOf(other);
    return difference === 0 ? one.terms.sequence < other.terms.sequence : difference < 0;
  }

  #rebuild(side: Ready): void {
    const old = side.heap;
    side.heap = new KeyedHeap();
    for (let run = old.pop(); run !== undefined; run = old.pop()) {
      if (run.status === 'queued') side.heap.push(run, this.#keyOf(run), run.terms.sequence);
    }
  }
}

/** The same rate keeps its window; another one starts from what that knows. */
export function windowFor(rate: Rate | undefined, known: RateWindow | undefined): RateWindow | undefined {
  if (rate === undefined) return undefined;
  const isSame = rate.limit === known?.rate.limit && rate.perMs === known.rate.perMs;
  return isSame ? known : new RateWindow(rate, known);
}

function first(heap: KeyedHeap<RunRecord>): RunRecord | undefined {
  let run = heap.peek();
  while (run !== undefined && run.status !== 'queued') {
    heap.pop();
    run = heap.peek();
  }
  return run;
}
