/**
 * `npm run bench` runs all benchmarks, each in a process of its own; `npm run bench -- queue memory` some of them.
 * `--quick` takes less than a minute in all; `--json` prints what was measured as one line for each benchmark.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeFigure, interleave } from './measure.ts';
import { BENCHMARKS, isBenchmarkName } from './names.ts';

const FULL = { rounds: 7, budgetMs: 45_000 };
const QUICK = { rounds: 3, budgetMs: 9_000 };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(
    `npm run bench -- [NAME …] [--quick] [--json]\n\nNames: ${Object.keys(BENCHMARKS).join(', ')}; without one, all of them.\n--quick  all in less than a minute\n--json   what was measured, one line for each benchmark`,
  );
  process.exit(0);
}
const names = positionals.length === 0 ? Object.keys(BENCHMARKS) : positionals;
const unknown = names.filter((name) => !isBenchmarkName(name));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}.`,
  );
  process.exit(2);
}

const [only] = names;
// With the collector at hand this is the process that was started for one benchmark.
if (globalThis.gc !== undefined && names.length === 1 && only !== undefined && isBenchmarkName(only)) {
  const benchmark = await BENCHMARKS[only]();
  try {
    const cases = await benchmark.cases({ isQuick: values.quick });
    const figures = await interleave(cases, values.quick ? QUICK : FULL);
    if (values.json) console.log(JSON.stringify({ name: only, figures }));
    else {
      console.log(`${only}: ${benchmark.title}`);
      for (const figure of figures) console.log(describeFigure(figure));
      for (const remark of benchmark.remarks?.(figures) ?? []) console.log(`  ${remark}`);
    }
  } finally {
    await benchmark.close?.();
  }
} else {
  const load = (): string =>
    loadavg()
      .map((each) => each.toFixed(1))
      .join(' ');
  if (!values.json)
    console.log(
      `Node ${process.versions.node}, ${availableParallelism()} of ${cpus()[0]?.model ?? 'unknown processors'}, load ${load()} at the start; median (least to most)`,
    );
  const options = [...(values.quick ? ['--quick'] : []), ...(values.json ? ['--json'] : [])];
  for (const name of names) {
    const { status } = spawnSync(
      process.execPath,
      ['--expose-gc', fileURLToPath(import.meta.url), name, ...options],
      { stdio: 'inherit' },
    );
    if (status !== 0) process.exitCode = 1;
  }
  if (!values.json) console.log(`load ${load()} at the end`);
}
