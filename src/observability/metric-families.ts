/** Metrics by name and labels, with a limit on how many sets of labels one name may have. */
import { checkObject, checkText } from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';
import type { Reservoir } from './reservoir.ts';

/** What tells series of one metric apart. */
export type MetricLabels = Readonly<Record<string, string>>;

/** The three kinds of metrics. */
export type MetricKind = 'counter' | 'gauge' | 'histogram';

/** One metric with one set of labels. */
export interface Series<T> {
  readonly labels: MetricLabels;
  value: T;
}

/** All series of one name. */
export interface Family<T> {
  readonly name: string;
  readonly kind: MetricKind;
  readonly series: Map<string, Series<T>>;
  /** Records that went to the overflow series. */
  overflowed: number;
}

/** The kind decides what a series holds. */
export interface ValueOf {
  readonly counter: number;
  readonly gauge: number;
  readonly histogram: Reservoir;
}

/** A family of any kind. */
export type AnyFamily = { [K in MetricKind]: Family<ValueOf[K]> & { readonly kind: K } }[MetricKind];

/** Where records of new label sets go once a metric has as many as it may. */
const OVERFLOW_LABELS: MetricLabels = Object.freeze({ overflow: 'true' });

const NAME = /^[A-Za-z_][\w:.-]{0,199}$/;
const LABEL = /^[A-Za-z_]\w{0,99}$/;
const LONGEST_LABEL_VALUE = 256;

/** Finds and makes families and series. */
export class MetricFamilies {
  readonly #families = new Map<string, AnyFamily>();
  readonly #maxSeries: number;

  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries;
  }

  /** In the order of first use. */
  all(): readonly AnyFamily[] {
    return [...this.#families.values()];
  }

  clear(): void {
    this.#families.clear();
  }

  /** The series of a name and labels, made where there is none yet. Throws for a bad name, label or kind. */
  series<K extends MetricKind>(
    kind: K,
    name: string,
    labels: MetricLabels,
    make: () => ValueOf[K],
  ): Series<ValueOf[K]> {
    const family = this.#family(kind, name);
    const checked = checkLabels(labels);
    const known = family.series.get(keyOf(checked));
    if (known !== undefined) return known;
    const isFull = family.series.size >= this.#maxSeries;
    if (isFull) family.overflowed += 1;
    const kept = isFull ? OVERFLOW_LABELS : checked;
    const series = family.series.get(keyOf(kept)) ?? { labels: kept, value: make() };
    family.series.set(keyOf(kept), series);
    return series;
  }

  /** Throws what {@link series} would throw, and gives the name its kind. */
  claim(kind: MetricKind, name: string, labels: MetricLabels): void {
    this.#family(kind, name);
    checkLabels(labels);
  }

  /** The same as {@link series} without making anything. */
  find<K extends MetricKind>(kind: K, name: string, labels: MetricLabels): Series<ValueOf[K]> | undefined {
    const family = this.#families.get(checkName(name));
    const key = keyOf(checkLabels(labels));
    if (family === undefined || family.kind !== kind) return undefined;
    return (family as unknown as Family<ValueOf[K]>).series.get(key);
  }

  #family<K extends MetricKind>(kind: K, name: string): Family<ValueOf[K]> {
    const known = this.#families.get(name);
    if (known !== undefined) {
      if (known.kind !== kind)
        throw new InvalidArgumentError('name', `a ${kind}, and not a ${known.kind} already`, name);
      return known as unknown as Family<ValueOf[K]>;
    }
    checkName(name);
    const family: Family<ValueOf[K]> = { name, kind, series: new Map(), overflowed: 0 };
    this.#families.set(name, family as unknown as AnyFamily);
    return family;
  }
}

function checkName(name: string): string {
  if (NAME.test(checkText('name', name))) return name;
  throw new InvalidArgumentError(
    'name',
    'a metric name: letters, digits, `_`, `:`, `.` and `-`, a letter first',
    name,
  );
}

/** Names are checked; values become texts of at most 256 characters; sorted by name. */
function checkLabels(labels: MetricLabels): MetricLabels {
  const entries = Object.entries(checkObject('labels', labels)).map(([name, value]): [string, string] => {
    if (!LABEL.test(name))
      throw new InvalidArgumentError(
        `labels.${name.slice(0, 50)}`,
        'named with letters, digits and `_`',
        name,
      );
    if (typeof value !== 'string') throw new InvalidArgumentError(`labels.${name}`, 'a string', value);
    return [name, value.slice(0, LONGEST_LABEL_VALUE)];
  });
  return Object.freeze(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}

function keyOf(labels: MetricLabels): string {
  return JSON.stringify(labels);
}
