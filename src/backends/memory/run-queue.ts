/** Who gets the next slot of a queue: tenants take turns by weight; within a tenant priority decides, then age. */
import type { QueueOptions } from '../../contracts/backend.ts';
import { KeyedHeap } from '../../tasks/keyed-heap.ts';
import { NO_LIMITS, resolveQueueOptions } from '../driving/queue-limits.ts';
import type { RateWindow } from '../driving/rate-window.ts';
import { Lane, windowFor } from './lane.ts';
import type { RunRecord } from './run-record.ts';

/** Idle lanes are looked through once there are more lanes than this. */
const FEWEST_LANES = 64;

/** Lanes get turns as flows get a link in start-time fair queueing: nobody saves up turns while it has no runs. */
export class RunQueue {
  readonly name: string;
  /** Runs submitted and not yet started. */
  unstarted = 0;
  #limits = NO_LIMITS;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that may have a turn, by the time of it. */
  #turns = new KeyedHeap<Lane>();
  /** Lanes whose rate holds them back, by the time when it lets go. */
  #aside = new KeyedHeap<Lane>();
  #window: RateWindow | undefined;
  #order = 0;
  /** The turn that was given last. */
  #turn = 0;
  #held = 0;
  #fresh = 0;
  #again = 0;
  #sweepAt = FEWEST_LANES;

  constructor(name: string) {
    this.name = name;
  }

  /** Nothing is known of it that a new one would not know: no limits, no run that waits, is ready or holds a slot. */
  get isIdle(): boolean {
    return this.#limits === NO_LIMITS && this.unstarted + this.#fresh + this.#again + this.#held === 0;
  }

  get maxWaiting(): number {
    return this.#limits.maxWaiting;
  }

  /** Throws `invalid-argument` for a bad limit, and changes nothing then. What is left out goes back to its default. */
  configure(options: QueueOptions): void {
    this.#limits = resolveQueueOptions(options);
    this.#window = windowFor(this.#limits.rate, this.#window);
    this.#turns = new KeyedHeap();
    this.#aside = new KeyedHeap();
    for (const lane of this.#lanes.values()) {
      lane.configure(this.#limits);
      lane.isLined = false;
      lane.isAside = false;
    }
    const inOrder = [...this.#lanes.values()].sort((one, other) => one.turn - other.turn);
    for (const lane of inOrder) this.#line(lane);
  }

  /** Puts a run in that has just become `queued`. */
  offer(run: RunRecord): void {
    const lane = this.#lane(run);
    lane.offer(run);
    this.#count(run, 1);
    this.#line(lane);
  }

  /** Takes a run back that was `queued` and no longer is. */
  withdraw(run: RunRecord): void {
    this.#lane(run).withdraw(run);
    this.#count(run, -1);
  }

  /**
   * The next run, with a slot; undefined when there is no run, no slot, or a rate is in the way. With `isResuming` only
   * one that has started before. The caller changes its status at once.
   */
  take(now: number, isResuming = false): RunRecord | undefined {
    this.#letIn(now);
    const isOpen = !isResuming && (this.#window === undefined || this.#window.opensAt <= now);
    const passed: Lane[] = [];
    let run: RunRecord | undefined;
    while (
      run === undefined &&
      this.#held < this.#limits.concurrency &&
      (isOpen ? this.#fresh : 0) + this.#again > 0
    ) {
      const lane = this.#turns.pop();
      if (lane === undefined) break;
      lane.isLined = false;
      if (lane.held >= lane.limit) continue;
      const mayStart = lane.window === undefined || lane.window.opensAt <= now;
      run = lane.take(isOpen && mayStart);
      if (run !== undefined) this.#give(run, lane, now);
      else if (lane.fresh > 0 && !mayStart) this.#setAside(lane);
      else passed.push(lane);
    }
    for (const lane of passed) this.#line(lane);
    if (this.#lanes.size > this.#sweepAt) this.#sweep(now);
    return run;
  }

  /** When a run that only a rate holds back may start; undefined when there is none. */
  nextStartAt(now: number): number | undefined {
    if (this.#fresh === 0 || this.#held >= this.#limits.concurrency) return undefined;
    if (this.#window !== undefined && this.#window.opensAt > now) return this.#window.opensAt;
    return this.#aside.peek()?.window?.opensAt;
  }

  /** Gives a slot back. */
  release(run: RunRecord): void {
    const lane = this.#lane(run);
    lane.held -= 1;
    this.#held -= 1;
    this.#line(lane);
  }

  #give(run: RunRecord, lane: Lane, now: number): void {
    this.#count(run, -1);
    lane.held += 1;
    this.#held += 1;
    this.#turn = lane.turn;
    lane.turn += lane.price;
    if (run.startedAt === null) {
      this.#window?.note(now);
      lane.window?.note(now);
    }
    this.#line(lane);
  }

  #count({ startedAt }: RunRecord, change: number): void {
    if (startedAt === null) this.#fresh += change;
    else this.#again += change;
  }

  #line(lane: Lane): void {
    if (lane.isLined || lane.held >= lane.limit || lane.again + (lane.isAside ? 0 : lane.fresh) === 0) return;
    lane.isLined = true;
    lane.turn = Math.max(lane.turn, this.#turn);
    this.#order += 1;
    this.#turns.push(lane, lane.turn, this.#order);
  }

  #setAside(lane: Lane): void {
    if (lane.isAside || lane.window === undefined) return;
    lane.isAside = true;
    this.#order += 1;
    this.#aside.push(lane, lane.window.opensAt, this.#order);
  }

  #letIn(now: number): void {
    for (let lane = this.#aside.peek(); lane !== undefined; lane = this.#aside.peek()) {
      if ((lane.window?.opensAt ?? -Infinity) > now) return;
      this.#aside.pop();
      lane.isAside = false;
      this.#line(lane);
    }
  }

  #lane({ terms: { tenant } }: RunRecord): Lane {
    let lane = this.#lanes.get(tenant);
    if (lane === undefined) {
      lane = new Lane(tenant, this.#limits);
      this.#lanes.set(tenant, lane);
    }
    return lane;
  }

  /** Drops lanes that have no run, owe no turn, and whose rate counts nothing any more. */
  #sweep(now: number): void {
    for (const lane of this.#lanes.values()) {
      const isCounting = lane.window !== undefined && lane.window.emptyAt > now;
      if (lane.isIdle && !lane.isLined && !lane.isAside && !isCounting && lane.turn <= this.#turn)
        this.#lanes.delete(lane.tenant);
    }
    this.#sweepAt = Math.max(FEWEST_LANES, this.#lanes.size * 2);
  }
}
