/** A report in which every text tries to be something else than text. */

import type { Report } from '../../src/report/report-schema.ts';
import { digestOf } from '../../src/shared/json.ts';
import { agentOf, artifactOf, finding, location, reportOf } from '../support/sample-report.ts';

const SCRIPT = '<script>document.title="owned"</script>';
const IMAGE = '<img src="http://evil.example/x.png" onerror="document.title=\'owned\'">';

/** Texts a repository could hold. */
export const HOSTILE: readonly string[] = [
  `</style>${SCRIPT}`,
  `</title>${SCRIPT}`,
  `</code></pre></details>${SCRIPT}`,
  IMAGE,
  '"><svg onload=document.title="owned">',
  "' onmouseover='document.title=1' x='",
  '<a href="javascript:document.title=1">click</a>',
  '<style>@import url(http://evil.example/x.css)</style>',
  '<iframe src="http://evil.example/"></iframe>',
  '<meta http-equiv="refresh" content="0;url=http://evil.example/">',
  '<base href="http://evil.example/">',
  '&lt;script&gt; &amp; &#60;',
  '`code` ``two`` and `one',
  '[x](javascript:alert(1)) ![](http://evil.example/p.png)',
  '| a | b |\n|---|---|\n# heading\n- item',
  '-->]]><!--',
  '${process.env.HOME} {{constructor}}',
];

/** Turns direction around, and other characters that nobody sees. */
export const INVISIBLE = 'a\u202eb\u2066c\u200fd\u0000e\u001bf\u0085g\u007fh';

export async function hostileReport(): Promise<Report> {
  const path = `src/${HOSTILE[3]} ${INVISIBLE}.ts`;
  const text = [...HOSTILE.map((line) => line.replaceAll('\n', ' ')), INVISIBLE, 'x'.repeat(1_000_000)].join(
    '\n',
  );
  const at = (line: number) =>
    location(path, line, { fileDigest: digestOf(text), excerpt: HOSTILE[0] ?? '' });
  const findings = [...HOSTILE, INVISIBLE, 'y'.repeat(1_000_000)].map((message, index) =>
    finding(`id-${index}" onclick="x`, 'error', {
      rule: `rule-${index % 3}<b>`,
      message,
      suggestion: message,
      location: at(index + 1),
      related: [at(1)],
    }),
  );
  const nested = Object.fromEntries(HOSTILE.map((one) => [one, one]));
  const artifact = artifactOf(findings, {
    title: HOSTILE[0] ?? '',
    summary: HOSTILE.join(' '),
    data: {
      ...nested,
      object: nested,
      records: HOSTILE.map((one) => ({ [one]: one, list: [one] })),
      list: [...HOSTILE],
    },
    evidence: [
      {
        type: 'command',
        argv: [...HOSTILE],
        exitCode: 0,
        outputDigest: digestOf(''),
        tool: SCRIPT,
        durationMs: 1,
        sandbox: IMAGE,
      },
      { type: 'document', id: SCRIPT, title: IMAGE, digest: digestOf('d') },
      at(1),
    ],
  });
  const nodes = HOSTILE.map((one, index) => ({
    path: `${one}/${index}.ts`,
    group: one,
    lines: 1,
    fanIn: 0,
    fanOut: 0,
    isTest: false,
  }));
  const edges = nodes
    .slice(1)
    .map((node) => ({ from: nodes[0]?.path ?? '', to: node.path, line: 1, kind: 'load' }));
  const graph = artifactOf([], {
    kind: 'module-graph',
    skill: 'module-graph',
    data: { nodes, edges, cycles: [] },
  });
  return reportOf(
    [
      agentOf([artifact, graph], { name: `Agent${HOSTILE[4]}`, description: HOSTILE[0] ?? '' }),
      agentOf([], { name: 'overview', status: 'failed', reason: HOSTILE.join(' ') }),
      agentOf([artifactOf([], { status: 'not-applicable', reason: IMAGE })], {
        name: 'overview',
        status: 'not-applicable',
        reason: IMAGE,
      }),
    ],
    { files: { [path]: text }, name: `repo${HOSTILE[1]}` },
  );
}
