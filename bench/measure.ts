/** How benchmarks measure: rounds that take turns, medians with their spread, a floor beside each figure, a limit of time. */

/** One round of a case. */
export interface Sample {
  readonly own: number;
  /** The least that the work would cost, measured in the same round. */
  readonly floor: number;
  /** Further figures by name, such as `peak MB`. */
  readonly more?: Readonly<Record<string, number>>;
}

export interface Case {
  readonly what: string;
  /** Of `own` and `floor`; less is better. */
  readonly unit: 'ns' | 'us' | 'ms';
  /** How many things it is about. @default 1 */
  readonly size?: number;
  /** How much work it is, next to the other cases; to foresee how long it takes. @default size */
  readonly work?: number;
  measure(round: number): Promise<Sample> | Sample;
  /** In `unit`. */
  readonly goal?: { readonly text: string; readonly most: number };
}

export interface Figure {
  readonly what: string;
  readonly unit: Case['unit'];
  readonly size: number;
  readonly samples: readonly Sample[];
  readonly goal?: Case['goal'];
}

export interface BenchOptions {
  readonly isQuick: boolean;
}

export interface Benchmark {
  readonly title: string;
  cases(options: BenchOptions): readonly Case[] | Promise<readonly Case[]>;
  /** What the figures say together. */
  remarks?(figures: readonly Figure[]): readonly string[];
  close?(): Promise<void>;
}

/**
 * Goes round the cases until all rounds are done or the time is up. Each case has an equal share of the time, foreseen by
 * its last round; its first round, foreseen by the case before it, may take up to half of all. So large cases get fewer
 * rounds, or none, and leave the others theirs.
 */
export async function interleave(
  cases: readonly Case[],
  { rounds, budgetMs }: { readonly rounds: number; readonly budgetMs: number },
): Promise<readonly Figure[]> {
  const start = performance.now();
  const samples = cases.map((): Sample[] => []);
  const took = new Map<number, number>();
  const used = cases.map(() => 0);
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, one] of cases.entries()) {
      const before = took.get(index - 1) ?? 0;
      const growth = Math.max(1, workOf(one) / workOf(cases[index - 1]));
      const expected = took.get(index) ?? before * growth;
      const share = took.has(index) ? budgetMs / cases.length : budgetMs / 2;
      const left = Math.min(share - (used[index] ?? 0), budgetMs - (performance.now() - start));
      if (expected > left || left <= 0) {
        if (!took.has(index)) took.set(index, Number.POSITIVE_INFINITY);
        continue;
      }
      const from = performance.now();
      samples[index]?.push(await one.measure(round));
      const elapsed = performance.now() - from;
      took.set(index, elapsed);
      used[index] = (used[index] ?? 0) + elapsed;
    }
  }
  return cases.map(({ what, unit, size = 1, goal }, index) => ({
    what,
    unit,
    size,
    samples: samples[index] ?? [],
    ...(goal === undefined ? {} : { goal }),
  }));
}

function workOf(one: Case | undefined): number {
  return one?.work ?? one?.size ?? 1;
}

/** NaN for none. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Median of own cost over median of the floor. */
export function ratioOf({ samples }: Figure): number {
  return median(samples.map(({ own }) => own)) / median(samples.map(({ floor }) => floor));
}

function spread(values: readonly number[], unit = ''): string {
  const digits = Math.max(...values) < 10 ? 2 : Math.max(...values) < 100 ? 1 : 0;
  const text = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: digits });
  return `${text(median(values))}${unit} (${text(Math.min(...values))} to ${text(Math.max(...values))})`;
}

/** `what  cost (least to most)  floor …  ratio …  goal …` */
export function describeFigure(figure: Figure): string {
  const { what, unit, samples, goal } = figure;
  if (samples.length === 0) return `  ${what}: not measured, it would not have ended in time`;
  const names = Object.keys(samples[0]?.more ?? {});
  const parts = [
    spread(
      samples.map(({ own }) => own),
      ` ${unit}`,
    ),
    `floor ${spread(
      samples.map(({ floor }) => floor),
      ` ${unit}`,
    )}`,
    `ratio ${ratioOf(figure).toFixed(1)}`,
    ...names.map((name) => `${name} ${spread(samples.map(({ more }) => more?.[name] ?? Number.NaN))}`),
    `${samples.length} ${samples.length === 1 ? 'round' : 'rounds'}`,
  ];
  if (goal !== undefined) {
    const isMet = median(samples.map(({ own }) => own)) <= goal.most;
    parts.push(`goal ${goal.text}: ${isMet ? 'met' : 'not met'}`);
  }
  return `  ${what}: ${parts.join('; ')}`;
}
