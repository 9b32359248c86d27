import { describe, expect, it } from 'vitest';
import type { AgentRun } from '../../src/report/agent-run.ts';
import { toHtml } from '../../src/report/html.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import { toSarif } from '../../src/report/sarif.ts';
import { digestOf } from '../../src/shared/json.ts';
import { agentOf, artifactOf, finding, location, reportOf } from '../support/sample-report.ts';

const MEGABYTE = 1_000_000;

function manyFindings(
  count: number,
  message: string,
  line: string,
): { readonly run: AgentRun; readonly files: Record<string, string> } {
  const text = Array.from({ length: 400 }, (_none, index) => `${line} // ${index}`).join('\n');
  const fileDigest = digestOf(text);
  const files = Object.fromEntries(
    Array.from({ length: 50 }, (_none, index) => [`src/folder-${index % 7}/module-${index}.ts`, text]),
  );
  const paths = Object.keys(files);
  const findings = Array.from({ length: count }, (_none, index) =>
    finding(`id-${index}`, index % 9 === 0 ? 'error' : 'warning', {
      rule: `rule-${index % 23}`,
      message: `${message} ${index}`,
      suggestion: 'Do it in another way.',
      location: location(paths[index % 50] ?? '', 1 + (index % 390), {
        fileDigest,
        excerpt: line.slice(0, 200),
      }),
    }),
  );
  const nodes = Array.from({ length: 500 }, (_none, index) => ({
    path: `src/folder-${index % 40}/m${index}.ts`,
    group: `src/folder-${index % 40}`,
    lines: 10,
    fanIn: 1,
    fanOut: 1,
    isTest: false,
  }));
  const edges = Array.from({ length: 2500 }, (_none, index) => ({
    from: nodes[index % 500]?.path ?? '',
    to: nodes[(index * 7 + 3) % 500]?.path ?? '',
    line: 1,
    kind: 'load',
  }));
  const graph = artifactOf([], {
    kind: 'module-graph',
    skill: 'module-graph',
    data: { nodes, edges, cycles: [] },
  });
  return { run: agentOf([artifactOf(findings), graph]), files };
}

describe('a large report', () => {
  it('of 5,000 findings and 500 modules is made in under 3 seconds and stays under 8 MB', async () => {
    const { run, files } = manyFindings(
      5000,
      'Something is not as it should be in this place',
      "const value = compute(first, second, 'third');",
    );
    const startedAt = performance.now();
    const report = await reportOf([run], { files });
    const page = await toHtml(report);
    const all = [toMarkdown(report), JSON.stringify(toSarif(report)), JSON.stringify(report)];
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(page.length).toBeLessThan(8 * MEGABYTE);
    expect(page.split('<details class="finding').length - 1).toBe(5000);
    expect(all[0]?.length).toBeLessThan(65_536);
  });

  it('of long texts stays under 8 MB and says how many findings it does not show', async () => {
    const { run, files } = manyFindings(
      20_000,
      'long <message> '.repeat(60),
      `const text = "${'<&>'.repeat(200)}";`,
    );
    const page = await toHtml(await reportOf([run], { files }));
    expect(Buffer.byteLength(page)).toBeLessThan(8 * MEGABYTE);
    const shown = page.split('<details class="finding').length - 1;
    const left = [...page.matchAll(/([\d,]+) findings? more would make this page too large/g)].reduce(
      (sum, [, count = '0']) => sum + Number(count.replaceAll(',', '')),
      0,
    );
    expect(shown).toBeGreaterThan(100);
    expect(shown + left).toBe(20_000);
  });

  it('takes time in proportion to the findings', async () => {
    const time = async (count: number): Promise<number> => {
      const { run, files } = manyFindings(count, 'A message', 'const a = 1;');
      const rounds: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        const startedAt = performance.now();
        await toHtml(await reportOf([run], { files }));
        rounds.push(performance.now() - startedAt);
      }
      return Math.min(...rounds);
    };
    await time(1000);
    const [small, large] = [await time(2000), await time(16_000)];
    // Eight times as many: a quadratic part would show as up to 64 times.
    expect(large / small).toBeLessThan(24);
  });
});
