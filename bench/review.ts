/** How long a whole review takes and how much memory it needs at most: the sample shop, and a repository of 300 files. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareSample } from '../src/cli/sample/prepare-sample.ts';
import type { Benchmark, Case } from './measure.ts';

const ONCE = fileURLToPath(new URL('review-once.ts', import.meta.url));
const MODULES = 260;
const closing: (() => Promise<void>)[] = [];

interface Once {
  readonly ms: number;
  readonly peakMb: number;
}

/** In a process of its own, so that the peak is its own. */
function once(root: string, mode: 'review' | 'floor'): Once {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ONCE, root, mode], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Once;
}

/** 300 files: modules that import two others, their tests, pages, a manifest. Free of faults but for what chance brings. */
async function makeLarge(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-review-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  const files: Record<string, string> = {
    'package.json': JSON.stringify({ name: 'large', type: 'module', exports: './src/module-0.ts' }),
    'README.md': '# Large\n\nSee [the pages](docs/page-0.md).\n',
  };
  for (let index = 0; index < MODULES; index += 1) {
    const next = [2 * index + 1, 2 * index + 2].filter((one) => one < MODULES);
    const imports = next.map((one) => `import { sum${one} } from './module-${one}.ts';\n`).join('');
    const body = Array.from(
      { length: 12 },
      (_, line) =>
        `  if (values.length > ${line}) total += values[${line}] ?? ${line}; // step ${line} of module ${index}\n`,
    ).join('');
    const others = next.map((one) => ` + sum${one}(values)`).join('');
    files[`src/module-${index}.ts`] =
      `${imports}\n/** Adds up what module ${index} is given. */\nexport function sum${index}(values: readonly number[]): number {\n  let total = 0;\n${body}  return total${others};\n}\n`;
  }
  for (let index = 0; index < 25; index += 1)
    files[`tests/module-${index}.test.ts`] =
      `import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { sum${index} } from '../src/module-${index}.ts';\n\ntest('adds', () => assert.ok(sum${index}([]) >= 0));\n`;
  for (let index = 0; index < 13; index += 1)
    files[`docs/page-${index}.md`] =
      `# Page ${index}\n\n${`Module ${index} adds up what it is given. `.repeat(30)}\n\nBack to [the start](../README.md).\n`;
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

export const review: Benchmark = {
  title: 'a whole review without running tests; floor: start Node, read and parse each file once',
  async cases() {
    const sample = await prepareSample();
    closing.push(() => sample.dispose());
    const roots = [
      ['the sample shop', sample.root],
      ['300 files', await makeLarge()],
    ] as const;
    return roots.map(
      ([what, root]): Case => ({
        what,
        unit: 'ms',
        measure() {
          const [floor, own] = [once(root, 'floor'), once(root, 'review')];
          return {
            own: own.ms,
            floor: floor.ms,
            more: { 'peak MB': own.peakMb, 'peak MB of the floor': floor.peakMb },
          };
        },
      }),
    );
  },
  async close() {
    for (const close of closing) await close();
  },
};
