/** What holds for the sample rewritten by any seed. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillSecrets } from '../../../src/cli/sample/fake-secrets.ts';
import { type PreparedSample, readSample } from '../../../src/cli/sample/prepare-sample.ts';
import { readSampleFiles, type SampleFiles } from '../../../src/cli/sample/sample-files.ts';
import { differencesOf, reviewSample, scoreSample } from '../sample-score.ts';
import { rewriteSample } from './rewrite-sample.ts';

const run = promisify(execFile);

/** Declares the tests for one seed. */
export function describeRewritten(seed: number): void {
  describe(`the sample rewritten by seed ${seed}`, { timeout: 120_000 }, () => {
    let sample: PreparedSample;
    beforeAll(async () => {
      sample = await rewriteSample(seed);
    });
    afterAll(() => sample.dispose());

    it('is a repository of its own: most lines of source are not those of the sample', async () => {
      const known = new Set(linesOf((await readSample()).files));
      const files = await readSampleFiles(sample.root);
      const lines = linesOf(files);
      expect(lines.length).toBeGreaterThan(known.size);
      expect(lines.filter((line) => !known.has(line)).length / lines.length).toBeGreaterThan(0.6);
      expect(Object.keys(files)).not.toContain('src/orders/order-service.ts');
    });

    it('has every anchor of its manifest in the line that it gives', async () => {
      const files = await readSampleFiles(sample.root);
      const { faults, lookAlikes } = sample.manifest;
      for (const { path, line, anchor, offset = 0 } of [...faults, ...lookAlikes])
        expect(files[path]?.split('\n')[line - 1 - offset]).toContain(anchor);
      expect(new Set(faults.map(({ rule }) => rule)).size).toBeGreaterThan(40);
    });

    it('passes its own tests but for the one that is meant to fail', async () => {
      const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap'], {
        cwd: sample.root,
        env: { PATH: process.env['PATH'] },
      }).catch((error: { stdout: string }) => error);
      expect(sample.manifest.faults.filter(({ rule }) => rule === 'failing-test')).toHaveLength(1);
      expect(stdout.match(/^not ok .*/gm)).toEqual([
        expect.stringMatching(/^not ok \d+ - rounds half a cent up$/),
      ]);
      expect(Number(/^# pass (\d+)/m.exec(stdout)?.[1])).toBeGreaterThan(40);
    });

    it('is reviewed as well as the sample: all that is planted, and nothing else', async () => {
      expect(differencesOf(scoreSample(sample.manifest, await reviewSample(sample.root)))).toEqual([]);
    });
  });
}

/** Lines of source that say something, without their indentation. */
function linesOf(files: SampleFiles): readonly string[] {
  return Object.entries(files)
    .filter(([path]) => /^(?!\.git\/).*\.(?:ts|sql|sh)$/.test(path))
    .flatMap(([, text]) => fillSecrets(text).split('\n'))
    .map((line) => line.trim())
    .filter((line) => line.length > 3);
}
