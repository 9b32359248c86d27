/** Counters, gauges, histograms and timers: kept here, exported on demand, mirrored to OpenTelemetry. */
import {
  type Counter,
  type Gauge,
  type Histogram,
  type Meter,
  metrics as telemetry,
} from '@opentelemetry/api';
import {
  checkClock,
  checkFunction,
  checkInteger,
  checkMethods,
  checkNumber,
  checkObject,
  checkOneOf,
} from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';
import { type Clock, systemClock } from '../shared/time.ts';
import { type AnyFamily, MetricFamilies, type MetricLabels } from './metric-families.ts';
import { prometheusText } from './prometheus-text.ts';
import { type MetricSummary, Reservoir } from './reservoir.ts';

/** Options of {@link MetricsCollector}. */
export interface MetricsOptions {
  /** Sets of labels that one metric may have; records of further ones go to the series `overflow="true"`. @default 1000 */
  readonly maxSeries?: number;
  /** Values kept for the percentiles of each histogram series. @default 1024 */
  readonly reservoirSize?: number;
  /** Where records are mirrored. @default `metrics.getMeter('autogen-orchestrator')`: does nothing without an SDK */
  readonly meter?: Meter;
  /** Times the functions given to {@link MetricsCollector.recordTimer}. @default a monotonic clock */
  readonly clock?: Clock;
  /** Numbers from 0 up to 1: which values a full histogram keeps. @default Math.random */
  readonly random?: () => number;
}

/** One series in an export. */
interface ExportedSeries {
  readonly name: string;
  readonly labels: MetricLabels;
}

/** All metrics as JSON. */
export interface MetricsExport {
  readonly schemaVersion: 1;
  readonly counters: readonly (ExportedSeries & { readonly value: number })[];
  readonly gauges: readonly (ExportedSeries & { readonly value: number })[];
  readonly histograms: readonly (ExportedSeries & MetricSummary)[];
  /** How many records of each metric went to its overflow series. */
  readonly overflowed: Readonly<Record<string, number>>;
}

type Instrument = Counter | Gauge | Histogram;

/**
 * Collects metrics of one process. A name keeps the kind it was first used as. A misused method throws
 * {@link InvalidArgumentError}; nothing else does.
 *
 * An OpenTelemetry SDK is seen when it is registered before a collector is made, or given as `meter`.
 *
 * @example
 * const metrics = new MetricsCollector();
 * metrics.incrementCounter('tasks', 1, { status: 'completed' });
 * const answer = await metrics.recordTimer('model_call', () => model.create(messages));
 * console.log(metrics.getSummary('model_call')?.p95, metrics.export({ format: 'prometheus' }));
 */
export class MetricsCollector {
  readonly #families: MetricFamilies;
  readonly #reservoirSize: number;
  readonly #meter: Meter;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #instruments = new Map<string, Instrument>();

  constructor(options: MetricsOptions = {}) {
    checkObject('options', options);
    this.#families = new MetricFamilies(checkInteger('maxSeries', options.maxSeries ?? 1000, 1));
    this.#reservoirSize = checkInteger('reservoirSize', options.reservoirSize ?? 1024, 1, 1_000_000);
    this.#meter = checkMethods(
      'meter',
      options.meter ?? telemetry.getMeter('autogen-orchestrator'),
      ['createCounter'],
      'a meter',
    );
    const { clock } = options;
    if (clock !== undefined) checkClock('clock', clock);
    // The system clock may be set back by hand; a time that was measured never is below zero.
    this.#now = clock === undefined || clock === systemClock ? () => performance.now() : () => clock.now();
    this.#random = checkFunction('random', options.random ?? Math.random);
  }

  /** Adds to a counter. `value` is 0 or more. @default 1 */
  incrementCounter(name: string, value = 1, labels: MetricLabels = {}): void {
    checkNumber('value', value, 0, Number.MAX_VALUE);
    const series = this.#families.series('counter', name, labels, () => 0);
    series.value += value;
    this.#instrument(
      name,
      () => this.#meter.createCounter(name),
      (counter: Counter) => counter.add(value, series.labels),
    );
  }

  /** Sets a gauge. */
  setGauge(name: string, value: number, labels: MetricLabels = {}): void {
    checkFinite(value);
    const series = this.#families.series('gauge', name, labels, () => 0);
    series.value = value;
    this.#instrument(
      name,
      () => this.#meter.createGauge(name),
      (gauge: Gauge) => gauge.record(value, series.labels),
    );
  }

  /** Records one value. */
  recordHistogram(name: string, value: number, labels: MetricLabels = {}): void {
    this.#record(name, value, labels, undefined);
  }

  /** Records a time in milliseconds. */
  recordTimer(name: string, milliseconds: number, labels?: MetricLabels): void;
  /** Records how long a function takes, whether it succeeds or not, and gives what it gives. Promises are waited for. */
  recordTimer<T>(name: string, work: () => T, labels?: MetricLabels): T;
  recordTimer<T>(name: string, timed: number | (() => T), labels: MetricLabels = {}): T | undefined {
    if (typeof timed === 'number') {
      checkNumber('milliseconds', timed, 0, Number.MAX_VALUE);
      this.#record(name, timed, labels, 'ms');
      return undefined;
    }
    if (typeof timed !== 'function')
      throw new InvalidArgumentError('timed', 'milliseconds or a function', timed);
    // A bad name or label is told before any work is done.
    this.#families.claim('histogram', name, labels);
    const startedAt = this.#now();
    const finish = (): void => this.#record(name, Math.max(0, this.#now() - startedAt), labels, 'ms');
    return finishAfter(timed, finish);
  }

  /** A counter's value for exactly these labels; 0 when there is none. */
  getCounter(name: string, labels: MetricLabels = {}): number {
    return this.#families.find('counter', name, labels)?.value ?? 0;
  }

  /** A gauge's value for exactly these labels. */
  getGauge(name: string, labels: MetricLabels = {}): number | undefined {
    return this.#families.find('gauge', name, labels)?.value;
  }

  /** What is known of a histogram or timer for exactly these labels. */
  getSummary(name: string, labels: MetricLabels = {}): MetricSummary | undefined {
    return this.#families.find('histogram', name, labels)?.value.summary();
  }

  /** Everything, as JSON or as the text that Prometheus scrapes. */
  export(options?: { readonly format?: 'json' }): MetricsExport;
  export(options: { readonly format: 'prometheus' }): string;
  export(options: { readonly format?: 'json' | 'prometheus' } = {}): MetricsExport | string {
    const { format = 'json' } = checkObject('options', options);
    checkOneOf('format', format, ['json', 'prometheus']);
    const families = this.#families.all();
    return format === 'prometheus' ? prometheusText(families) : exportJson(families);
  }

  /** Forgets all that was recorded here; what was mirrored stays where it is. */
  clear(): void {
    this.#families.clear();
    this.#instruments.clear();
  }

  #record(name: string, value: number, labels: MetricLabels, unit: string | undefined): void {
    checkFinite(value);
    const make = (): Reservoir => new Reservoir(this.#reservoirSize, this.#random);
    const series = this.#families.series('histogram', name, labels, make);
    series.value.add(value);
    const create = (): Histogram => this.#meter.createHistogram(name, unit === undefined ? {} : { unit });
    this.#instrument(name, create, (histogram: Histogram) => histogram.record(value, series.labels));
  }

  /** A failing SDK must not fail the work that is measured. */
  #instrument<T extends Instrument>(name: string, create: () => T, use: (instrument: T) => void): void {
    try {
      const instrument = (this.#instruments.get(name) as T | undefined) ?? create();
      this.#instruments.set(name, instrument);
      use(instrument);
    } catch {
      // Counted here all the same.
    }
  }
}

function finishAfter<T>(work: () => T, finish: () => void): T {
  let result: T;
  try {
    result = work();
  } catch (error) {
    finish();
    throw error;
  }
  if (!(result instanceof Promise)) {
    finish();
    return result;
  }
  return result.finally(finish) as T;
}

function checkFinite(value: unknown): void {
  checkNumber('value', value, -Number.MAX_VALUE, Number.MAX_VALUE);
}

function exportJson(families: readonly AnyFamily[]): MetricsExport {
  const numbers = (kind: 'counter' | 'gauge'): MetricsExport['counters'] =>
    families.flatMap((family) => {
      if (family.kind === 'histogram' || family.kind !== kind) return [];
      return [...family.series.values()].map(({ labels, value }) => ({ name: family.name, labels, value }));
    });
  return {
    schemaVersion: 1,
    counters: numbers('counter'),
    gauges: numbers('gauge'),
    histograms: families.flatMap((family) => {
      if (family.kind !== 'histogram') return [];
      return [...family.series.values()].map(({ labels, value }) => ({
        name: family.name,
        labels,
        ...value.summary(),
      }));
    }),
    overflowed: Object.fromEntries(
      families.filter(({ overflowed }) => overflowed > 0).map(({ name, overflowed }) => [name, overflowed]),
    ),
  };
}
