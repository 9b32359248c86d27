/** One queue: who is ready, who holds a slot, and whose turn it is. Fair between tenants, by priority within one. */
import type { QueueOptions } from '../../contracts/backend.ts';
import { BinaryHeap } from '../../tasks/binary-heap.ts';
import type { RunRecord } from './run-record.ts';

/** A run that wants a slot, and what to do when it has one. */
export interface Claim {
  readonly run: RunRecord;
  readonly grant: () => void;
}

export class RunQueue {
  #options: Required<QueueOptions> = { concurrency: Infinity, perTenant: Infinity, maxWaiting: Infinity, agingSeconds: Infinity };
  /** In the order of turns: the tenant served last is last. */
  #ready = new Map<string, BinaryHeap<Claim>>();
  readonly #activeByTenant = new Map<string, number>();
  #active = 0;
  /** Runs waiting or queued that have never started. */
  waiting = 0;

  get options(): Required<QueueOptions> {
    return this.#options;
  }

  configure(options: QueueOptions): void {
    this.#options = { ...this.#options, ...options };
    const claims = [...this.#ready].map(([tenant, heap]) => [tenant, drain(heap)] as const);
    this.#ready = new Map();
    for (const [, list] of claims) for (const claim of list) this.add(claim);
  }

  add(claim: Claim): void {
    const { tenant } = claim.run.definition;
    let heap = this.#ready.get(tenant);
    if (heap === undefined) {
      heap = new BinaryHeap((a, b) => this.#compare(a, b));
      this.#ready.set(tenant, heap);
    }
    heap.push(claim);
  }

  /** Takes a claim back, such as that of a run that was cancelled. */
  remove(claim: Claim): void {
    const { tenant } = claim.run.definition;
    const heap = this.#ready.get(tenant);
    heap?.remove(claim);
    if (heap?.size === 0) this.#ready.delete(tenant);
  }

  /** The next claim that may have a slot, which it then holds. */
  next(): Claim | undefined {
    if (this.#active >= this.#options.concurrency) return undefined;
    for (const [tenant, heap] of this.#ready) {
      if ((this.#activeByTenant.get(tenant) ?? 0) >= this.#options.perTenant) continue;
      const claim = heap.pop();
      this.#ready.delete(tenant);
      if (heap.size > 0) this.#ready.set(tenant, heap);
      if (claim === undefined) continue;
      this.#count(tenant, 1);
      return claim;
    }
    return undefined;
  }

  /** Gives a slot back. */
  release(tenant: string): void {
    this.#count(tenant, -1);
  }

  #count(tenant: string, change: 1 | -1): void {
    this.#active += change;
    const active = (this.#activeByTenant.get(tenant) ?? 0) + change;
    if (active === 0) this.#activeByTenant.delete(tenant);
    else this.#activeByTenant.set(tenant, active);
  }

  /** The key never changes while a claim waits: ageing moves all alike, so only the times of creation matter. */
  #compare({ run: { definition: a } }: Claim, { run: { definition: b } }: Claim): number {
    const agingMs = this.#options.agingSeconds * 1000;
    if (agingMs !== Infinity) {
      const difference = b.priority * agingMs - b.createdAt - (a.priority * agingMs - a.createdAt);
      return difference || a.order - b.order;
    }
    return b.priority - a.priority || a.order - b.order;
  }
}

function drain(heap: BinaryHeap<Claim>): readonly Claim[] {
  const claims: Claim[] = [];
  for (let claim = heap.pop(); claim !== undefined; claim = heap.pop()) claims.push(claim);
  return claims;
}
