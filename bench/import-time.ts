/** How long `import 'autogen-orchestrator'` takes in an empty process. Needs the built package. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Benchmark } from './measure.ts';

const GOAL_MS = 60;
const ENTRY = new URL('../dist/index.js', import.meta.url);
const FLOOR = `await import('pino'); await import('@opentelemetry/api');`;

function timeOf(program: string): number {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const start = performance.now(); ${program} console.log(performance.now() - start);`,
    ],
    { cwd: new URL('..', import.meta.url), encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

export const importTime: Benchmark = {
  title: 'the root import in an empty process; floor: pino and @opentelemetry/api, which it needs at once',
  cases({ isQuick }) {
    if (!existsSync(ENTRY)) throw new Error('There is no dist/index.js: run `npm run build` first.');
    const program = `await import(${JSON.stringify(ENTRY.href)});`;
    const repeats = isQuick ? 2 : 3;
    const mean = (of: () => number): number => {
      let sum = 0;
      for (let repeat = 0; repeat < repeats; repeat += 1) sum += of();
      return sum / repeats;
    };
    return [
      {
        what: 'root import',
        unit: 'ms',
        goal: { text: `${GOAL_MS} ms`, most: GOAL_MS },
        measure: () => ({ floor: mean(() => timeOf(FLOOR)), own: mean(() => timeOf(program)) }),
      },
    ];
  },
};
