/** Claims runs as long as there is room and work, one claim at a time; when a rate holds work back it comes again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { OrchestratorError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/time.ts';
import type { Alarm, Alarms } from '../driving/alarms.ts';
import type { FunctionRegistry } from '../driving/registry.ts';
import type { RunRow } from '../driving/run-row.ts';
import type { Claims } from './claims.ts';

/** For whom runs are claimed. */
export interface Claimant {
  /** Changes when the process goes on as another executor. */
  readonly worker: string;
  /** Only runs whose function is in memory already. */
  readonly isResuming: boolean;
}

export interface PumpOptions {
  readonly claims: Claims;
  readonly clock: Clock;
  readonly alarms: Alarms;
  readonly functions: FunctionRegistry;
  /** Undefined while nothing may be claimed. */
  readonly claimant: () => Claimant | undefined;
  /** How many more runs this process may work on. */
  readonly room: () => number;
  readonly grant: (row: RunRow) => void;
}

/** Runs taken in one statement. */
const CLAIMS_AT_ONCE = 100;
const CROWDED_MS = 3;

export class Pump {
  readonly #options: PumpOptions;
  /** Rings when a rate lets the next run start. */
  #opening: Alarm | undefined;
  #isClaiming = false;
  #isPokedAgain = false;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  /** True while runs may be this process's that nobody here knows of yet. */
  get isClaiming(): boolean {
    return this.#isClaiming;
  }

  /** Something may have become ready. */
  poke(): void {
    if (this.#options.claimant() === undefined) return;
    this.#isPokedAgain = true;
    if (this.#isClaiming) return;
    this.#isClaiming = true;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    const { clock, room, grant } = this.#options;
    try {
      while (this.#isPokedAgain) {
        this.#isPokedAgain = false;
        const limit = Math.min(room(), CLAIMS_AT_ONCE);
        if (limit <= 0) continue;
        const now = clock.now();
        const rows = await this.#claim(limit, now);
        for (const row of rows) grant(row);
        if (rows.length < limit) await this.#comeBack(now);
        else {
          this.#isPokedAgain = true;
          // There is more than this process can do: slots that get free in a moment are filled with one statement.
          if (limit < CLAIMS_AT_ONCE / 2) await sleep(CROWDED_MS);
        }
      }
    } catch (error) {
      // The database is away: the next tick tries again.
      if (!OrchestratorError.isInstance(error)) throw error;
    } finally {
      this.#isClaiming = false;
    }
  }

  async #claim(limit: number, now: number): Promise<readonly RunRow[]> {
    const { claims, functions, claimant } = this.#options;
    const who = claimant();
    if (who === undefined) return [];
    const rows = await claims.take({ ...who, abilities: functions.abilities, limit, now });
    // Declared dead: the supervisor lets this process go on as somebody else.
    return rows === undefined || claimant()?.worker !== who.worker ? [] : rows;
  }

  /** Looks again when a rate lets the next run start. */
  async #comeBack(now: number): Promise<void> {
    const { claims, alarms, claimant } = this.#options;
    const at = claimant()?.isResuming === false ? await claims.nextStartAt(now) : undefined;
    if (at === this.#opening?.at && this.#opening?.isSet !== false) return;
    alarms.cancel(this.#opening);
    this.#opening =
      at === undefined || claimant() === undefined ? undefined : alarms.set(at - now, () => this.poke());
  }
}
