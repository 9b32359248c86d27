/** A summary of many numbers in little memory. */

/** What is known about recorded values. Exact but for the percentiles once more were recorded than are kept. */
export interface MetricSummary {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/**
 * Keeps `size` values, each recorded one with the same chance (algorithm R, Vitter 1985), and count, sum, minimum
 * and maximum of all.
 */
export class Reservoir {
  readonly #size: number;
  readonly #random: () => number;
  readonly #kept: number[] = [];
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  constructor(size: number, random: () => number) {
    this.#size = size;
    this.#random = random;
  }

  add(value: number): void {
    this.#count += 1;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    if (this.#kept.length < this.#size) {
      this.#kept.push(value);
      return;
    }
    const place = Math.floor(this.#random() * this.#count);
    if (place < this.#size) this.#kept[place] = value;
  }

  /** Percentiles lie between the two nearest kept values, in proportion. Call only after a value was added. */
  summary(): MetricSummary {
    const sorted = this.#kept.toSorted((a, b) => a - b);
    return {
      count: this.#count,
      sum: this.#sum,
      min: this.#min,
      max: this.#max,
      mean: this.#sum / this.#count,
      p50: percentile(sorted, 0.5),
      p95: percentile(sorted, 0.95),
      p99: percentile(sorted, 0.99),
    };
  }
}

function percentile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}
