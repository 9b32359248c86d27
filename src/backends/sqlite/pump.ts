/** Starts runs as soon as there is room for them, a few in each turn of the event loop. */
import type { Clock } from '../../shared/time.ts';
import type { Alarm, Alarms } from '../driving/alarms.ts';
import type { RunRow } from '../driving/run-row.ts';
import type { ClaimRequest, Claims } from './claims.ts';
import { attempt } from './storage-error.ts';

export interface PumpOptions {
  readonly claims: Claims;
  readonly clock: Clock;
  readonly alarms: Alarms;
  /** How many more this process may work on. */
  readonly room: () => number;
  readonly claimant: () => Pick<ClaimRequest, 'worker' | 'abilities'>;
  /** Told each run that has got a slot. */
  readonly grant: (row: RunRow) => void;
}

/** Runs started in one turn of the event loop. */
const STARTS_PER_TURN = 50;

/** `resuming`: only runs whose function is in memory already get a slot. */
export type DriveMode = 'paused' | 'open' | 'resuming' | 'closed';

export class Pump {
  readonly #options: PumpOptions;
  #mode: DriveMode = 'paused';
  #isScheduled = false;
  /** Runs that may still start in this turn. */
  #left = STARTS_PER_TURN;
  /** Rings when a rate lets the next run start. */
  #opening: Alarm | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  get mode(): DriveMode {
    return this.#mode;
  }

  set mode(mode: DriveMode) {
    this.#mode = mode;
    this.poke();
  }

  get isGoing(): boolean {
    return this.#mode === 'open' || this.#mode === 'resuming';
  }

  /** Something may have become ready. */
  poke(): void {
    if (this.#isScheduled || !this.isGoing) return;
    this.#isScheduled = true;
    if (this.#left > 0) queueMicrotask(() => this.#take());
    else {
      setImmediate(() => {
        this.#left = STARTS_PER_TURN;
        this.#take();
      });
    }
  }

  #take(): void {
    this.#isScheduled = false;
    if (this.#mode === 'closed') return;
    const { claims, clock, room, claimant, grant } = this.#options;
    const most = room();
    const limit = Math.min(most, this.#left);
    const now = clock.now();
    let rows: readonly RunRow[] = [];
    // A full disk or a lock: the next tick tries again.
    attempt(() => {
      rows = claims.take({ ...claimant(), limit, isResuming: this.#mode === 'resuming', now });
      if (limit > 0 && rows.length < limit) this.#comeBack(now);
    });
    this.#left -= rows.length;
    for (const row of rows) grant(row);
    if (rows.length > 0 && rows.length === limit && limit < most) this.poke();
  }

  #comeBack(now: number): void {
    const { claims, alarms } = this.#options;
    const at = this.#mode === 'open' ? claims.nextStartAt(now) : undefined;
    if (at === this.#opening?.at && this.#opening?.isSet !== false) return;
    alarms.cancel(this.#opening);
    this.#opening = at === undefined ? undefined : alarms.set(at - now, () => this.poke());
  }
}
