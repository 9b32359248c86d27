import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FILTER_SCRIPT } from '../../src/report/filter-script.ts';
import { toHtml } from '../../src/report/html.ts';
import { count, duration, escapeText, html, prose, shorten } from '../../src/report/markup.ts';
import { Page } from '../../src/report/page.ts';
import { fakeSkill } from '../support/fake-skill.ts';
import { agentOf, artifactOf, finding, location, reportOf } from '../support/sample-report.ts';

const pageOf = async (...given: Parameters<typeof reportOf>): Promise<string> =>
  toHtml(await reportOf(...given));
const times = (text: string, part: string): number => text.split(part).length - 1;

describe('the page', () => {
  it('says where it leaves members of a record or items of a list out', async () => {
    const rows = (name: string) => [{ name }];
    const figures = Object.fromEntries(Array.from({ length: 10 }, (_unused, index) => [`f${index}`, index]));
    const data = {
      records: [{ ...figures, a: rows('a'), b: rows('b'), c: rows('c') }],
      many: [{ list: Array.from({ length: 50 }, (_unused, index) => index % 10) }],
    };
    const page = await pageOf([agentOf([artifactOf([], { data })])]);
    expect(page).toContain('and 3 more members in report.json');
    expect(page).toContain('8, 9, …');
  });

  it('forbids everything from elsewhere, and any script but its own, by its hash', async () => {
    const page = await pageOf([agentOf([artifactOf([])])]);
    const hash = createHash('sha256').update(FILTER_SCRIPT).digest('base64');
    expect(page).toContain(
      `content="default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"`,
    );
    expect(FILTER_SCRIPT).not.toMatch(/<\/script|innerHTML|fetch|eval|import/i);
    expect(page.replace(`<script>${FILTER_SCRIPT}</script>`, '')).not.toMatch(/<script|src=|https?:/);
  });

  it('gives findings with one id over two artifacts their own anchors', async () => {
    const twin = () => artifactOf([finding('same', 'error')]);
    const report = await reportOf([
      agentOf([twin(), twin()]),
      agentOf([artifactOf([finding('same-2', 'error')])], { name: 'DevAgent' }),
    ]);
    const page = await toHtml(report);
    for (const anchor of ['f-same', 'f-same-2', 'f-same-2-2']) {
      expect(times(page, ` id="${anchor}"`)).toBe(1);
      expect(page).toContain(`href="#${anchor}"`);
    }
  });

  it('keeps agents of one name, or with the name of a part, apart', async () => {
    const page = await pageOf([
      agentOf([], { name: 'overview' }),
      agentOf([], { name: 'Dev' }),
      agentOf([], { name: 'Dev' }),
    ]);
    for (const anchor of ['overview', 'overview-2', 'Dev', 'Dev-2'])
      expect(times(page, ` id="${anchor}"`)).toBe(1);
  });

  it('explains a rule once and folds all but the first findings of it', async () => {
    const rules = [
      { id: 'some-rule', severity: 'warning', title: 'Some title', help: 'Use `this` instead.' },
    ] as const;
    const many = Array.from({ length: 300 }, (_none, index) => finding(`f${index}`, 'warning'));
    const page = await pageOf([agentOf([artifactOf(many)])], {
      skills: [fakeSkill('some-skill', { rules })],
    });
    expect(times(page, 'Use <code>this</code> instead.')).toBe(1);
    const [shown = '', folded = ''] = page.split('<details class="rest">');
    expect(times(shown, '<details class="finding')).toBe(5);
    expect(folded).toContain('<summary>Show 295 more</summary>');
    expect(times(folded, '<details class="finding')).toBe(295);
  });

  it('keeps at most 30 findings of an artifact in view', async () => {
    const many = Array.from({ length: 100 }, (_none, index) =>
      finding(`f${index}`, 'info', { rule: `rule-${Math.floor(index / 6)}` }),
    );
    const page = await pageOf([agentOf([artifactOf(many)])]);
    const outside = page.replaceAll(/<details class="rest">[\s\S]*?<\/div><\/details><\/details>/g, '');
    expect(times(page, '<details class="finding')).toBe(100);
    expect(times(outside, '<details class="finding')).toBe(30);
  });

  it('puts the worst rules first and opens only what is serious', async () => {
    const findings = [finding('a', 'info', { rule: 'mild' }), finding('b', 'critical', { rule: 'grave' })];
    const page = await pageOf([agentOf([artifactOf(findings)])]);
    expect(page.indexOf('<code>grave</code>')).toBeLessThan(page.indexOf('<code>mild</code>'));
    expect(page).toContain('<details class="finding critical" open>');
    expect(page).toContain('<details class="finding info">');
  });

  it('takes at most three findings of one rule into the list to look at first', async () => {
    const findings = [
      ...Array.from({ length: 20 }, (_none, index) => finding(`f${index}`, 'critical')),
      finding('other', 'error', { rule: 'other' }),
    ];
    const page = await pageOf([agentOf([artifactOf(findings)])]);
    const list = page.slice(page.indexOf('<ol class="worst">'), page.indexOf('</ol>'));
    expect(times(list, '<li>')).toBe(4);
    expect(list).toContain('#f-other');
    expect(page).toContain('and 17 more errors and critical findings below');
  });

  it('tells of an agent that had nothing to do once, and of one that failed why', async () => {
    const reason = 'There is no data file.';
    const page = await pageOf([
      agentOf([artifactOf([], { status: 'not-applicable', reason, summary: reason })], {
        name: 'DataAgent',
        status: 'not-applicable',
        reason: `data-profile: ${reason}`,
      }),
      agentOf([], { name: 'QAAgent', status: 'failed', reason: 'spawn ENOENT' }),
    ]);
    const section = page.slice(page.indexOf('<section id="DataAgent"'));
    expect(times(section, reason)).toBe(1);
    expect(section).toContain('<p class="reason failed">spawn ENOENT</p>');
  });

  it('says that nothing was found', async () => {
    expect(await pageOf([agentOf([artifactOf([])])])).toContain('Nothing was found.');
    expect(await pageOf([agentOf([artifactOf([finding('a', 'info')])])])).toContain(
      'Nothing critical, no errors: 1 finding of lower weight below.',
    );
  });

  it('looks first at what failed a stricter gate, and is not calm about it', async () => {
    const agents = [agentOf([artifactOf([finding('a', 'warning'), finding('b', 'info')])])];
    const report = await reportOf(agents);
    const failed = { ...report, gate: { ...report.gate, isPassed: false, limit: 'warning' as const } };
    const page = await toHtml(failed);
    const top = page.slice(page.indexOf('Look at these first'), page.indexOf('<h2>Agents</h2>'));
    expect(times(top, '<li>')).toBe(1);
    expect(top).toContain('<span class="tag warning">');
    const other = await toHtml({ ...report, gate: { ...report.gate, isPassed: false } });
    expect(other).not.toContain('<p class="calm">Nothing critical');
  });

  it('shows records with places as a table, and no column that holds nothing or repeats what is above', async () => {
    const places = [
      { path: 'a.yml', line: 1 },
      { path: 'b.yml', line: 2 },
    ];
    const practices = [{ title: 'Pins', note: null, places }];
    const rows = [
      { query: 'What?', text: 'it', score: null },
      { query: 'What?', text: 'that', score: 2 },
    ];
    const data = { practices, answers: [{ query: 'What?', rows }] };
    const page = await pageOf([agentOf([artifactOf([], { data })])]);
    expect(page).toContain('<td class="words">a.yml:1, b.yml:2</td>');
    expect(page).not.toContain('>note</th>');
    expect(page).not.toContain('>query</th>');
    expect(page).toContain('<i>query</i> What?');
    expect(page).toContain('>score</th>');
  });

  it('is whole without any agent, file or finding', async () => {
    const page = await pageOf([], { files: {} });
    expect(page).toContain('0 files');
    expect(page).toContain('0/0');
    expect(page).toContain('No file was seen.');
    expect(page.trimEnd().endsWith('</html>')).toBe(true);
  });

  it('keeps time bars inside their track when agents say more than the run took', async () => {
    const page = await pageOf([
      agentOf([], { startedAtMs: 900, durationMs: 100_000 }),
      agentOf([], { startedAtMs: 1e9, durationMs: 0 }),
    ]);
    for (const [, left, width] of page.matchAll(/left:([\d.]+)%;width:([\d.]+)%/g))
      expect(Number(left) + Number(width)).toBeLessThanOrEqual(100);
  });

  it('marks all lines of a finding that spans some, and a dozen of one that spans many', async () => {
    const text = Array.from({ length: 100 }, (_none, index) => `line ${index + 1}`).join('\n');
    const { digestOf } = await import('../../src/shared/json.ts');
    const at = (line: number, endLine: number) =>
      location('src/a.ts', line, { endLine, fileDigest: digestOf(text) });
    const page = await pageOf(
      [
        agentOf([
          artifactOf([
            finding('a', 'error', { location: at(10, 12) }),
            finding('b', 'error', { location: at(40, 90) }),
          ]),
        ]),
      ],
      { files: { 'src/a.ts': text } },
    );
    expect(page).toContain('<mark><i>12</i>line 12\n</mark><i>13</i>line 13');
    expect(page).toContain('<i>53</i>line 53');
    expect(page).not.toContain('line 54');
  });

  it('shows figures, records and lists of data, and says what it leaves out', async () => {
    const data = {
      fileCount: 3,
      isWhole: true,
      ratio: 0.123456,
      nothing: null,
      rows: Array.from({ length: 20 }, (_none, index) => ({
        path: `p${index}`,
        size: index,
      })),
      byName: { a: 1, b: [1, 2] },
      empty: [],
    };
    const page = await pageOf([agentOf([artifactOf([], { data })])]);
    expect(page).toContain('<dt>file count</dt><dd>3</dd>');
    expect(page).toContain('<dt>is whole</dt><dd>yes</dd>');
    expect(page).toContain('<dd>0.123</dd>');
    expect(page).toContain('<td class="words">p11</td><td class="number">11</td>');
    expect(page).not.toContain('p12<');
    expect(page).toContain('and 8 more in report.json');
    expect(page).toContain('<th scope="row">b</th><td>1, 2</td>');
    expect(page).not.toContain('<h4>empty</h4>');
  });
});

describe('data of an artifact', () => {
  it('gives records that hold tables a line and a table each', async () => {
    const tables = Array.from({ length: 8 }, (_none, index) => ({
      path: `t${index}.csv`,
      rows: index,
      columns: [{ name: 'id', type: 'integer' }],
    }));
    const page = await pageOf([agentOf([artifactOf([], { data: { tables } })])]);
    expect(page).toContain('<p><span><i>path</i> t0.csv</span><span><i>rows</i> 0</span></p>');
    expect(times(page, '<td class="words">id</td><td class="words">integer</td>')).toBe(6);
    expect(page).toContain('and 2 more in report.json');
  });

  it('shows data of any depth and odd names without failing', async () => {
    let deep: Record<string, unknown> = {};
    for (let level = 0; level < 200; level += 1) deep = { list: [deep], [`${level}`]: null };
    const data = JSON.parse(JSON.stringify({ deep, constructor: [{ constructor: 1 }], '': '' })) as Record<
      string,
      never
    >;
    expect(await pageOf([agentOf([artifactOf([], { data })])])).toContain('</html>');
  });
});

describe('markup', () => {
  it('escapes parts, joins lists and keeps what is markup', () => {
    expect(html`<b title="${'"\'&'}">${['<i>', html`<i>`, null, 3]}</b>`.text).toBe(
      '<b title="&quot;&#39;&amp;">&lt;i&gt;<i>3</b>',
    );
  });

  it('shows what nobody could see as a replacement', () => {
    expect(escapeText('a\u0000b\u202ec\u2067d\u200ee\u009bf\tg\n')).toBe(
      'a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\tg\n',
    );
  });

  it('makes code of pairs of backticks and leaves odd ones', () => {
    expect(prose('use `<b>` here').text).toBe('use <code>&lt;b&gt;</code> here');
    expect(prose('an odd ` one').text).toBe('an odd ` one');
    expect(prose('``two``').text).toBe('``two``');
  });

  it('cuts between characters', () => {
    expect(shorten('ab😀', 3)).toBe('ab…');
    expect(shorten('ab', 2)).toBe('ab');
  });

  it('counts and measures time in words', () => {
    expect([
      count(1, 'finding'),
      count(2000, 'finding'),
      duration(12.4),
      duration(3449),
      duration(125_000),
    ]).toEqual(['1 finding', '2,000 findings', '12 ms', '3.4 s', '2 min 5 s']);
  });

  it('gives thousands of equal ids their anchors without delay', async () => {
    const same = Array.from({ length: 20_000 }, () => finding('same', 'info'));
    const report = await reportOf([agentOf([artifactOf(same)])]);
    const startedAt = performance.now();
    const page = new Page(report);
    expect(performance.now() - startedAt).toBeLessThan(1000);
    const anchors = report.agents.flatMap(({ artifacts }) =>
      artifacts.flatMap(({ findings }) => findings.map((one) => page.anchorOf(one))),
    );
    expect(new Set(anchors).size).toBe(20_000);
  });
});
