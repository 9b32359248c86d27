import type { Meter } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricsCollector } from '../../src/observability/metrics.ts';
import { InvalidArgumentError } from '../../src/shared/errors.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { seededRandom } from '../../src/testing/seeded.ts';

describe('recording', () => {
  it('counts up by name and labels, whatever their order', () => {
    const metrics = new MetricsCollector();
    metrics.incrementCounter('tasks', 1, { type: 'qa', status: 'ok' });
    metrics.incrementCounter('tasks', 2, { status: 'ok', type: 'qa' });
    metrics.incrementCounter('tasks');
    expect(metrics.getCounter('tasks', { type: 'qa', status: 'ok' })).toBe(3);
    expect(metrics.getCounter('tasks')).toBe(1);
    expect(metrics.getCounter('other')).toBe(0);
  });

  it('keeps the last value of a gauge', () => {
    const metrics = new MetricsCollector();
    metrics.setGauge('depth', 5);
    metrics.setGauge('depth', -2);
    expect(metrics.getGauge('depth')).toBe(-2);
    expect(metrics.getGauge('missing')).toBeUndefined();
  });

  it('summarises a histogram with percentiles', () => {
    const metrics = new MetricsCollector();
    for (let value = 1; value <= 100; value += 1) metrics.recordHistogram('size', value);
    const summary = metrics.getSummary('size');
    expect(summary).toMatchObject({ count: 100, sum: 5050, min: 1, max: 100, mean: 50.5, p50: 50.5 });
    expect(summary?.p95).toBeCloseTo(95.05);
    expect(summary?.p99).toBeCloseTo(99.01);
  });

  it('stays exact in count, sum and limits and near in percentiles beyond what it keeps', () => {
    const metrics = new MetricsCollector({ reservoirSize: 500, random: seededRandom(7) });
    for (let value = 1; value <= 20_000; value += 1) metrics.recordHistogram('size', value);
    const summary = metrics.getSummary('size');
    expect(summary).toMatchObject({ count: 20_000, min: 1, max: 20_000, mean: 10_000.5 });
    expect(Math.abs((summary?.p50 ?? 0) - 10_000)).toBeLessThan(1500);
  });

  it('orders its percentiles for any values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 50 }),
        (values) => {
          const metrics = new MetricsCollector();
          for (const value of values) metrics.recordHistogram('x', value);
          const summary = metrics.getSummary('x');
          if (summary === undefined) throw new Error('no summary');
          const { min, p50, p95, p99, max } = summary;
          return min <= p50 && p50 <= p95 && p95 <= p99 && p99 <= max;
        },
      ),
    );
  });
});

describe('timers', () => {
  it('take milliseconds', () => {
    const metrics = new MetricsCollector();
    metrics.recordTimer('call', 12, { model: 'm' });
    expect(metrics.getSummary('call', { model: 'm' })).toMatchObject({ count: 1, sum: 12 });
  });

  it('time a function and give its result', () => {
    const clock = new ManualClock();
    const metrics = new MetricsCollector({ clock });
    expect(metrics.recordTimer('call', () => 'done')).toBe('done');
    expect(metrics.getSummary('call')).toMatchObject({ count: 1, sum: 0 });
  });

  it('wait for a promise, and record also what fails', async () => {
    const clock = new ManualClock();
    const metrics = new MetricsCollector({ clock });
    const slow = metrics.recordTimer('call', async () => {
      await new Promise<void>((resolve) => clock.after(250, resolve));
      throw new Error('broken');
    });
    const outcome = expect(slow).rejects.toThrow('broken');
    await clock.advance(250);
    await outcome;
    expect(metrics.getSummary('call')).toMatchObject({ count: 1, sum: 250 });
    expect(() =>
      metrics.recordTimer('call', () => {
        throw new Error('at once');
      }),
    ).toThrow('at once');
    expect(metrics.getSummary('call')?.count).toBe(2);
  });

  it('do no work under a name that is taken by another kind', () => {
    const metrics = new MetricsCollector();
    metrics.setGauge('depth', 1);
    let calls = 0;
    expect(() =>
      metrics.recordTimer('depth', () => {
        calls += 1;
      }),
    ).toThrow(/a histogram, and not a gauge already/);
    expect(calls).toBe(0);
  });
});

describe('limits', () => {
  it('puts new label sets beyond the cap into one overflow series, and says how many records', () => {
    const metrics = new MetricsCollector({ maxSeries: 2 });
    for (const user of ['a', 'b', 'c', 'd', 'a']) metrics.incrementCounter('logins', 1, { user });
    expect(metrics.getCounter('logins', { user: 'a' })).toBe(2);
    expect(metrics.getCounter('logins', { user: 'c' })).toBe(0);
    expect(metrics.getCounter('logins', { overflow: 'true' })).toBe(2);
    expect(metrics.export().overflowed).toEqual({ logins: 2 });
  });

  it.each<[string, (metrics: MetricsCollector) => void]>([
    ['a bad name', (metrics) => metrics.incrementCounter('no spaces')],
    ['a bad label', (metrics) => metrics.incrementCounter('x', 1, { 'a-b': 'c' })],
    ['a label that is no text', (metrics) => metrics.incrementCounter('x', 1, { a: 3 as never })],
    ['a counter going down', (metrics) => metrics.incrementCounter('x', -1)],
    ['a value that is no number', (metrics) => metrics.setGauge('x', Number.NaN)],
    ['an infinite value', (metrics) => metrics.recordHistogram('x', Infinity)],
    ['a negative time', (metrics) => metrics.recordTimer('x', -1)],
    ['no cap at all', () => new MetricsCollector({ maxSeries: 0 })],
  ])('refuses %s', (_, misuse) => {
    expect(() => misuse(new MetricsCollector())).toThrow(InvalidArgumentError);
  });
});

describe('export', () => {
  function sample(): MetricsCollector {
    const metrics = new MetricsCollector();
    metrics.incrementCounter('tasks.done', 3, { agent: 'say "hi"\\\n' });
    metrics.setGauge('queue-depth', 2.5);
    metrics.recordTimer('call', 10, { model: 'm' });
    return metrics;
  }

  it('writes JSON that holds every series', () => {
    const json = JSON.parse(JSON.stringify(sample().export())) as object;
    expect(json).toMatchObject({
      schemaVersion: 1,
      counters: [{ name: 'tasks.done', value: 3 }],
      gauges: [{ name: 'queue-depth', labels: {}, value: 2.5 }],
      histograms: [{ name: 'call', labels: { model: 'm' }, count: 1, p99: 10 }],
    });
  });

  it('writes Prometheus text with escaped labels', () => {
    expect(sample().export({ format: 'prometheus' })).toBe(
      [
        '# TYPE tasks_done_total counter',
        String.raw`tasks_done_total{agent="say \"hi\"\\\n"} 3`,
        '# TYPE queue_depth gauge',
        'queue_depth 2.5',
        '# TYPE call summary',
        'call{model="m",quantile="0.5"} 10',
        'call{model="m",quantile="0.95"} 10',
        'call{model="m",quantile="0.99"} 10',
        'call_sum{model="m"} 10',
        'call_count{model="m"} 1',
        '',
      ].join('\n'),
    );
  });

  it('keeps names apart that would read the same', () => {
    const metrics = new MetricsCollector();
    metrics.setGauge('a.b', 1);
    metrics.setGauge('a_b', 2);
    metrics.incrementCounter('c_total');
    metrics.incrementCounter('c');
    const names = [...metrics.export({ format: 'prometheus' }).matchAll(/# TYPE (\S+)/g)].map(
      ([, name]) => name,
    );
    expect(names).toEqual(['a_b', 'a_b_2', 'c_total', 'c_2_total']);
  });

  it('forgets everything when cleared, kinds included', () => {
    const metrics = sample();
    metrics.clear();
    expect(metrics.export({ format: 'prometheus' })).toBe('');
    expect(() => metrics.setGauge('call', 1)).not.toThrow();
  });
});

describe('OpenTelemetry', () => {
  it('gets each record, through one instrument for each name', () => {
    const seen: unknown[] = [];
    const instrument = (kind: string) => (name: string, options?: object) => {
      seen.push(['create', kind, name, options]);
      const note = (value: number, labels: object): void => void seen.push([name, value, { ...labels }]);
      return { add: note, record: note };
    };
    const meter = {
      createCounter: instrument('counter'),
      createGauge: instrument('gauge'),
      createHistogram: instrument('histogram'),
    } as unknown as Meter;
    const metrics = new MetricsCollector({ meter });
    metrics.incrementCounter('a', 2, { x: '1' });
    metrics.incrementCounter('a', 3);
    metrics.setGauge('b', 4);
    metrics.recordTimer('c', 5);
    expect(seen).toEqual([
      ['create', 'counter', 'a', undefined],
      ['a', 2, { x: '1' }],
      ['a', 3, {}],
      ['create', 'gauge', 'b', undefined],
      ['b', 4, {}],
      ['create', 'histogram', 'c', { unit: 'ms' }],
      ['c', 5, {}],
    ]);
  });

  it('does not fail the work when it fails', () => {
    const meter = {
      createCounter: () => {
        throw new Error('no');
      },
    } as unknown as Meter;
    const metrics = new MetricsCollector({ meter });
    metrics.incrementCounter('a');
    expect(metrics.getCounter('a')).toBe(1);
  });
});
