/**
 * How long others have given no sign of life, by this process's own watch. Only time in which this process was awake and
 * saw the database counts, so that neither its own sleep nor an outage makes others look dead; clocks of machines are not
 * compared.
 */

export interface Sighting {
  readonly id: string;
  readonly beat: string;
  readonly leaseMs: number;
}

export interface Silent {
  readonly id: string;
  /** The last sign of life: who has given another one since is not declared dead. */
  readonly beat: string;
  readonly silentMs: number;
}

interface Known {
  beat: string;
  silentMs: number;
}

export class Silence {
  readonly #longestStepMs: number;
  #known = new Map<string, Known>();
  #lookedAt: number | undefined;

  /** `longestStepMs`: of the time between two looks no more counts. */
  constructor(longestStepMs: number) {
    this.#longestStepMs = longestStepMs;
  }

  /** Takes in who is alive, as read at `now` or before; says whose lease has run out. */
  look(now: number, alive: readonly Sighting[]): readonly Silent[] {
    const step = this.#lookedAt === undefined ? 0 : Math.min(now - this.#lookedAt, this.#longestStepMs);
    this.#lookedAt = now;
    const next = new Map<string, Known>();
    const silent: Silent[] = [];
    for (const { id, beat, leaseMs } of alive) {
      const before = this.#known.get(id);
      const silentMs = before?.beat === beat ? before.silentMs + step : 0;
      next.set(id, { beat, silentMs });
      if (silentMs >= leaseMs) silent.push({ id, beat, silentMs });
    }
    this.#known = next;
    return silent;
  }

  /** The database was away: whoever could not reach it is not dead for that. */
  forget(): void {
    this.#known = new Map();
    this.#lookedAt = undefined;
  }
}
