/** Metrics in the Prometheus text exposition format, version 0.0.4. */
import type { AnyFamily, MetricLabels } from './metric-families.ts';

/**
 * Writes families for a scrape. `.` and `-` in names become `_`; a counter ends in `_total`; a histogram is written
 * as a summary with the quantiles 0.5, 0.95 and 0.99. Two names that would read the same get a number behind.
 */
export function prometheusText(families: readonly AnyFamily[]): string {
  const taken = new Set<string>();
  return families.map((family) => familyText(family, uniqueName(family, taken))).join('');
}

function uniqueName(family: AnyFamily, taken: Set<string>): string {
  const plain = family.name.replaceAll(/[.-]/g, '_');
  const isCounter = family.kind === 'counter';
  const base = isCounter ? plain.replace(/_total$/, '') : plain;
  for (let number = 1; ; number += 1) {
    const numbered = number === 1 ? base : `${base}_${number}`;
    const name = isCounter ? `${numbered}_total` : numbered;
    const all = family.kind === 'histogram' ? [name, `${name}_sum`, `${name}_count`] : [name];
    if (all.some((one) => taken.has(one))) continue;
    for (const one of all) taken.add(one);
    return name;
  }
}

function familyText(family: AnyFamily, name: string): string {
  if (family.kind !== 'histogram') {
    const lines = [...family.series.values()].map(
      ({ labels, value }) => `${name}${labelText(labels)} ${numberText(value)}\n`,
    );
    return `# TYPE ${name} ${family.kind}\n${lines.join('')}`;
  }
  const lines = [...family.series.values()].map(({ labels, value }) => {
    const { count, sum, p50, p95, p99 } = value.summary();
    const quantiles = [
      ['0.5', p50],
      ['0.95', p95],
      ['0.99', p99],
    ] as const;
    const shown = quantiles.map(
      ([quantile, at]) => `${name}${labelText({ ...labels, quantile })} ${numberText(at)}\n`,
    );
    return `${shown.join('')}${name}_sum${labelText(labels)} ${numberText(sum)}\n${name}_count${labelText(labels)} ${count}\n`;
  });
  return `# TYPE ${name} summary\n${lines.join('')}`;
}

function labelText(labels: MetricLabels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
