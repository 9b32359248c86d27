import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type PreparedSample, prepareSample } from '../../src/cli/sample/prepare-sample.ts';
import { readSampleFiles, type SampleFiles } from '../../src/cli/sample/sample-files.ts';
import { rewriteSample } from '../support/rewritten-sample/rewrite-sample.ts';
import { differencesOf, reviewSample, scoreSample } from '../support/sample-score.ts';

const run = promisify(execFile);
const SEEDS = [1, 2, 3, 4] as const;

async function prepared(make: () => Promise<PreparedSample>): Promise<PreparedSample> {
  const sample = await make();
  onTestFinished(() => sample.dispose());
  return sample;
}

/** Lines of source that say something, without their indentation. */
async function linesOf(root: string): Promise<readonly string[]> {
  const files: SampleFiles = await readSampleFiles(root);
  return Object.entries(files)
    .filter(([path]) => /^(?!\.git\/).*\.(?:ts|sql|sh)$/.test(path))
    .flatMap(([, text]) => text.split('\n').map((line) => line.trim()))
    .filter((line) => line.length > 3);
}

describe.each(SEEDS)('the sample rewritten by seed %i', { timeout: 120_000 }, (seed) => {
  it('is a repository of its own: most lines of source are not those of the sample', async () => {
    const [sample, rewritten] = [await prepared(prepareSample), await prepared(() => rewriteSample(seed))];
    const known = new Set(await linesOf(sample.root));
    const lines = await linesOf(rewritten.root);
    expect(lines.length).toBeGreaterThan(known.size);
    expect(lines.filter((line) => !known.has(line)).length / lines.length).toBeGreaterThan(0.6);
    expect(Object.keys(await readSampleFiles(rewritten.root))).not.toContain('src/orders/order-service.ts');
  });

  it('has every anchor of its manifest in the line that it gives', async () => {
    const { root, manifest } = await prepared(() => rewriteSample(seed));
    const files = await readSampleFiles(root);
    for (const { path, line, anchor, offset = 0 } of [...manifest.faults, ...manifest.lookAlikes])
      expect(files[path]?.split('\n')[line - 1 - offset]).toContain(anchor);
    expect(new Set(manifest.faults.map(({ rule }) => rule)).size).toBeGreaterThan(40);
  });

  it('passes its own tests but for those that are meant to fail', async () => {
    const { root, manifest } = await prepared(() => rewriteSample(seed));
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap'], {
      cwd: root,
      env: { PATH: process.env['PATH'] },
    }).catch((error: { stdout: string }) => error);
    const planted = manifest.faults.filter(({ rule }) => rule === 'failing-test');
    expect(planted).toHaveLength(1);
    expect(stdout.match(/^not ok .*/gm)).toEqual([
      expect.stringMatching(/^not ok \d+ - rounds half a cent up$/),
    ]);
    expect(Number(/^# pass (\d+)/m.exec(stdout)?.[1])).toBeGreaterThan(40);
  });

  it('is reviewed as well as the sample: all that is planted, and nothing else', async () => {
    const { root, manifest } = await prepared(() => rewriteSample(seed));
    expect(differencesOf(scoreSample(manifest, await reviewSample(root)))).toEqual([]);
  });
});

describe('rewritten samples', () => {
  it('are the same for the same seed, down to the commit, and differ between seeds', async () => {
    const [one, same, other] = [
      await prepared(() => rewriteSample(7)),
      await prepared(() => rewriteSample(7)),
      await prepared(() => rewriteSample(8)),
    ];
    expect(one.history).toEqual(same.history);
    expect(one.manifest).toEqual(same.manifest);
    expect(one.history).not.toEqual(other.history);
    expect(one.manifest.faults.map(({ id }) => id)).not.toEqual(other.manifest.faults.map(({ id }) => id));
  });
});
