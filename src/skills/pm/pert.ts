/** Durations with a spread: the PERT distribution, and what a chain of them takes when it is played many times. */
import { setImmediate } from 'node:timers/promises';
import { seededRandom } from '../../shared/seeded-random.ts';
import { scheduleOf } from './critical-path.ts';

/** A task with three points in one unit; 0 ≤ optimistic ≤ likely ≤ pessimistic. */
export interface ThreePoints {
  readonly id: string;
  readonly optimistic: number;
  readonly likely: number;
  readonly pessimistic: number;
  readonly dependencies: readonly string[];
}

export interface Simulation {
  /** Lengths of the whole, shortest first. */
  readonly totals: Float64Array;
  /** By task: in which share of the rounds it had no slack. */
  readonly criticality: ReadonlyMap<string, number>;
}

const ROUNDS_BETWEEN_BREAKS = 500;

/** (optimistic + 4 likely + pessimistic) / 6. Source: Malcolm et al., Operations Research 7 (1959). */
export function expectedOf({ optimistic, likely, pessimistic }: ThreePoints): number {
  return (optimistic + 4 * likely + pessimistic) / 6;
}

/** (pessimistic - optimistic) / 6, of the same source. */
export function deviationOf({ optimistic, pessimistic }: ThreePoints): number {
  return (pessimistic - optimistic) / 6;
}

/** Draws every task from its PERT distribution, `rounds` times. Tasks that wait for each other throw `RangeError`. */
export async function simulate(
  tasks: readonly ThreePoints[],
  { rounds, seed, signal }: { readonly rounds: number; readonly seed: number; readonly signal: AbortSignal },
): Promise<Simulation> {
  const { order } = scheduleOf(
    tasks.map((task) => ({ id: task.id, duration: expectedOf(task), dependencies: task.dependencies })),
  );
  const at = new Map(order.map((id, index) => [id, index]));
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const sorted = order.map((id) => byId.get(id) as ThreePoints);
  const before = sorted.map(({ dependencies }) =>
    [...new Set(dependencies)].map((id) => at.get(id) ?? -1).filter((index) => index >= 0),
  );
  const draw = new Draw(seed);
  const duration = new Float64Array(sorted.length);
  const finish = new Float64Array(sorted.length);
  const latest = new Float64Array(sorted.length);
  const critical = new Float64Array(sorted.length);
  const totals = new Float64Array(rounds);
  for (let round = 0; round < rounds; round += 1) {
    if (round % ROUNDS_BETWEEN_BREAKS === 0) {
      await setImmediate();
      signal.throwIfAborted();
    }
    let total = 0;
    for (let index = 0; index < sorted.length; index += 1) {
      let start = 0;
      for (const one of before[index] as number[]) start = Math.max(start, finish[one] as number);
      duration[index] = draw.pert(sorted[index] as ThreePoints);
      finish[index] = start + (duration[index] as number);
      total = Math.max(total, finish[index] as number);
    }
    latest.fill(total);
    // What can't slip by more than rounding is critical.
    const tolerance = total * 1e-9;
    for (let index = sorted.length - 1; index >= 0; index -= 1) {
      const start = (latest[index] as number) - (duration[index] as number);
      for (const one of before[index] as number[]) latest[one] = Math.min(latest[one] as number, start);
      if ((latest[index] as number) - (finish[index] as number) <= tolerance)
        critical[index] = (critical[index] as number) + 1;
    }
    totals[round] = total;
  }
  return {
    totals: totals.sort(),
    criticality: new Map(order.map((id, index) => [id, (critical[index] as number) / rounds])),
  };
}

/** The value that the share `quantile` of sorted numbers does not exceed (nearest rank). */
export function quantileOf(sorted: ArrayLike<number>, quantile: number): number {
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(quantile * sorted.length) - 1));
  return sorted[index] ?? 0;
}

/** Draws from distributions with numbers that repeat for a seed. */
class Draw {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A beta distribution stretched over the three points, with the weight 4 on the likely one. */
  pert({ optimistic, likely, pessimistic }: ThreePoints): number {
    const width = pessimistic - optimistic;
    if (width === 0) return likely;
    const one = this.#gamma(1 + (4 * (likely - optimistic)) / width);
    const other = this.#gamma(1 + (4 * (pessimistic - likely)) / width);
    return optimistic + (width * one) / (one + other);
  }

  /** Marsaglia and Tsang, ACM TOMS 26 (2000); for shapes from 1 up. */
  #gamma(shape: number): number {
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const normal = this.#normal();
      const v = (1 + c * normal) ** 3;
      if (v <= 0) continue;
      if (Math.log(1 - this.#random()) < 0.5 * normal ** 2 + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** Box and Muller. */
  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }
}
