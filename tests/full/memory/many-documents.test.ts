/** A folder of very many small documents. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KnowledgeBase } from '../../../src/memory/knowledge-base.ts';

describe('ingesting very many documents', { timeout: 240_000 }, () => {
  it('10,000 of them leave turns for others, and a second time changes nothing', async () => {
    const root = await mkdtemp(join(tmpdir(), 'ingest-'));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    for (let folder = 0; folder < 100; folder += 1) {
      await mkdir(join(root, `d${folder}`));
      await Promise.all(
        Array.from({ length: 100 }, (_none, file) =>
          writeFile(
            join(root, `d${folder}`, `f${file}.md`),
            `# File ${folder}\n\nWords.\n\n## More ${file}\n\nMore.\n`,
          ),
        ),
      );
    }
    const base = new KnowledgeBase();
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 20);
    const beganAt = performance.now();
    const report = await base.ingest(root);
    const tookMs = performance.now() - beganAt;
    clearInterval(timer);
    expect([report.added.length, report.skipped.length, report.entryCount]).toEqual([10_000, 0, 20_000]);
    // A timer of 20 ms that got a turn at least every 100 ms in the mean.
    expect(turns).toBeGreaterThan(tookMs / 100);
    expect(await base.ingest(root)).toMatchObject({
      added: [],
      updated: [],
      removed: [],
      entryCount: 20_000,
    });
  });
});
