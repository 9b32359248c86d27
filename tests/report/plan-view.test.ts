import { describe, expect, it } from 'vitest';
import { toHtml } from '../../src/report/html.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import { planLines } from '../../src/report/plan-view.ts';
import { agentOf, artifactOf, reportOf } from '../support/sample-report.ts';

const task = (id: string, title: string, dependencies: readonly string[] = []) => ({
  id,
  title,
  priority: 'high',
  agent: 'DevAgent',
  dependencies,
  wsjf: { jobSize: 3 },
});
const plan = (tasks: readonly object[]) => ({
  ...artifactOf([]),
  kind: 'work-plan',
  data: JSON.parse(JSON.stringify({ tasks })) as ReturnType<typeof artifactOf>['data'],
});

describe('a work plan in the report', () => {
  it('stands in the page in its order, with what each task waits for, and is not called free of findings', async () => {
    const report = await reportOf([agentOf([plan([task('a', 'Mend <b>'), task('b', 'Ship', ['a'])])])]);
    const page = await toHtml(report);
    expect(page).toContain('<td class="words">Mend &lt;b&gt;</td>');
    expect(page).toMatch(/Ship<\/td><td class="whole">DevAgent<\/td><td class="number">3<\/td><td>#1<\/td>/);
    expect(page).not.toContain('No findings.');
  });

  it('stands in the Markdown as a numbered list', async () => {
    const text = toMarkdown(await reportOf([agentOf([plan([task('a', 'Mend'), task('b', 'Ship', ['a'])])])]));
    expect(text).toContain('1. **high** Mend (DevAgent, 3 points)');
    expect(text).toContain('2. **high** Ship (DevAgent, 3 points, after 1)');
  });

  it('says how many tasks are not shown', async () => {
    const tasks = Array.from({ length: 18 }, (_, index) => task(`t${index}`, `Task ${index}`));
    const report = await reportOf([agentOf([plan(tasks)])]);
    expect(await toHtml(report)).toContain('and 3 more in report.json');
    expect(toMarkdown(report)).toContain('And 3 more in report.json.');
  });

  it('is empty for data of another shape', () => {
    expect(planLines({ tasks: 'none' })).toEqual({ lines: [], total: 0 });
    expect(planLines({ tasks: [7, null, { dependencies: 'x', wsjf: [] }] })).toEqual({
      lines: [{ place: 1, priority: '', title: '', agent: '', size: 0, after: [] }],
      total: 1,
    });
  });
});
