import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/contracts/artifact.ts';
import { createMasker } from '../../src/report/create-masker.ts';
import { toHtml } from '../../src/report/html.ts';
import { hiddenParts } from '../../src/report/learn-secrets.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { toSarif } from '../../src/report/sarif.ts';
import { digestOf } from '../../src/shared/json.ts';
import { maskTexts } from '../../src/skills/kit/finding.ts';
import {
  agentOf,
  artifactOf,
  FAULTY_SHOP,
  finding,
  location,
  reportOf,
  reviewWithSkills,
  SAMPLE_PASSWORD,
  SAMPLE_SECRET,
  temporaryFolder,
} from '../support/sample-report.ts';

async function allFiles(report: Report): Promise<string> {
  return [
    JSON.stringify(report),
    JSON.stringify(toSarif(report)),
    toMarkdown(report),
    await toHtml(report),
  ].join('\n');
}

function at(path: string, text: string, line: number, mask: readonly string[] = []): Finding['location'] {
  const raw = text.split('\n')[line - 1] ?? '';
  const excerpt = maskTexts(raw, mask).trim().slice(0, 200);
  return location(path, line, {
    fileDigest: digestOf(text),
    excerpt,
    ...(mask.length > 0 ? { masked: true } : {}),
  });
}

describe('secrets in a report', () => {
  it('shows no secret that a real scan found in any of the four files', async () => {
    const folder = await temporaryFolder(FAULTY_SHOP);
    try {
      const report = await reviewWithSkills(folder.root);
      const text = await allFiles(report);
      expect(
        report.agents
          .flatMap(({ artifacts }) => artifacts)
          .some(({ skill, findings }) => skill === 'secret-scan' && findings.length >= 2),
      ).toBe(true);
      expect(text).toContain('ghp_********');
      for (const secret of [SAMPLE_SECRET, SAMPLE_PASSWORD]) expect(text).not.toContain(secret.slice(6));
    } finally {
      await folder.remove();
    }
  });

  const secret = 'k9Xw-Qz41-vbTT-7Lp0';
  const text = `const a = 1;\nconst key = '${secret}';\nconst copy = '${secret}';\n`;
  const masked = finding('m', 'critical', { location: at('src/a.ts', text, 2, [secret]) });

  it('hides it in the lines beside a neighbouring finding', async () => {
    const neighbour = finding('n', 'warning', { location: at('src/a.ts', text, 1) });
    const report = await reportOf([agentOf([artifactOf([masked, neighbour])])], {
      files: { 'src/a.ts': text },
    });
    expect(report.excerpts['src/a.ts:1']?.lines).toEqual([
      'const a = 1;',
      "const key = 'k9Xw********';",
      "const copy = 'k9Xw********';",
    ]);
    expect(await allFiles(report)).not.toContain(secret.slice(4));
  });

  it('hides it where another skill shows it: message, suggestion, summary, data, evidence, reason', async () => {
    const other = artifactOf(
      [
        finding('n', 'warning', {
          message: `Found ${secret}.`,
          suggestion: `Drop ${secret}.`,
          location: at('src/a.ts', text, 3),
          related: [at('src/a.ts', text, 2)],
        }),
      ],
      {
        summary: `Saw ${secret}`,
        data: {
          top: [{ value: secret, [`${secret}-key`]: 1 }],
          url: `https://x/?k=${encodeURIComponent(secret)}`,
        },
        evidence: [
          { type: 'document', id: 'd', title: secret, digest: digestOf('d') },
          {
            type: 'command',
            argv: ['x', `--key=${secret}`],
            exitCode: 0,
            outputDigest: digestOf(''),
            tool: 'x',
            durationMs: 1,
            sandbox: 'process',
          },
        ],
      },
    );
    const report = await reportOf(
      [agentOf([other]), agentOf([artifactOf([masked])], { status: 'unavailable', reason: `No ${secret}` })],
      { files: { 'src/a.ts': text } },
    );
    expect(await allFiles(report)).not.toContain(secret.slice(4));
    expect(report.agents[0]?.artifacts[0]?.findings[0]?.message).toBe('Found k9Xw********.');
    expect(report.agents[0]?.artifacts[0]?.findings[0]?.location.masked).toBe(true);
  });

  it('shows neither of two secrets of one line', async () => {
    const second = 'Zr55+plmQWE/90ab';
    const line = `login('${secret}', '${second}');`;
    const findings = [
      finding('m1', 'critical', { location: at('a.ts', line, 1, [secret]) }),
      finding('m2', 'critical', { location: at('a.ts', line, 1, [second]) }),
    ];
    const report = await reportOf([agentOf([artifactOf(findings)])], { files: { 'a.ts': line } });
    expect(report.excerpts['a.ts:1']?.lines[0]).toMatch(/^login\('k9Xw\*{8}/);
    const all = await allFiles(report);
    expect(all).not.toContain(secret.slice(4));
    expect(all).not.toContain(second.slice(4));
  });

  it('leaves the words of the report alone when a password is a plain word', async () => {
    const line = "const p = 'password';";
    const report = await reportOf(
      [
        agentOf([
          artifactOf([
            finding('m', 'error', {
              message: 'A password is written here.',
              location: at('a.ts', line, 1, ['password']),
            }),
          ]),
        ]),
      ],
      { files: { 'a.ts': line } },
    );
    expect(report.agents[0]?.artifacts[0]?.findings[0]?.message).toBe('A password is written here.');
    expect(report.excerpts['a.ts:1']?.lines[0]).toBe("const p = 'pa********';");
  });

  it('hides a key in PEM behind its first line, also in the excerpt of what follows', async () => {
    const body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7';
    const pem = `x\n-----BEGIN PRIVATE KEY-----\n${body}\n${body}\n-----END PRIVATE KEY-----\nconst after = 1;\n`;
    const report = await reportOf(
      [
        agentOf([
          artifactOf([
            finding('m', 'critical', { location: at('k.ts', pem, 2) }),
            finding('n', 'info', { location: at('k.ts', pem, 6) }),
          ]),
        ]),
      ],
      { files: { 'k.ts': pem } },
    );
    expect(await allFiles(report)).not.toContain('MIIEvQ');
    expect(report.excerpts['k.ts:6']?.lines).toContain('const after = 1;');
  });

  it('shows code that only mentions a key as it is', async () => {
    const code = 'const start = /-----BEGIN RSA PRIVATE KEY-----/;\nconst next = check(start, 1);\n';
    const report = await reportOf(
      [agentOf([artifactOf([finding('n', 'info', { location: at('k.ts', code, 2) })])])],
      { files: { 'k.ts': code } },
    );
    expect(report.excerpts['k.ts:2']?.lines[1]).toBe('const next = check(start, 1);');
  });

  it('hides token shapes that no finding masks', async () => {
    const line = `const t = '${SAMPLE_SECRET}';`;
    const report = await reportOf(
      [
        agentOf([
          artifactOf([
            finding('n', 'info', {
              location: location('a.ts', 1, { fileDigest: digestOf(line), excerpt: '' }),
            }),
          ]),
        ]),
      ],
      { files: { 'a.ts': line } },
    );
    expect(report.excerpts['a.ts:1']?.lines[0]).toContain('[redacted]');
  });

  it('has no excerpt of a file that changed since', async () => {
    const report = await reportOf([agentOf([artifactOf([finding('n', 'info')])])]);
    expect(report.excerpts).toEqual({});
  });
});

describe('learning secrets', () => {
  it.each([
    ["a = 'abcdSECRET1';", "a = 'abcd********';", ['SECRET1']],
    ["a('abcdONE11', 'efghTWO22');", "a('abcd********', 'efgh********');", ['ONE11', 'TWO22']],
    ['key=abcdSECRET1', 'key=abcd********', ['SECRET1']],
    ["a = '********';", "a = '********';", []],
    ['plain', 'plain', []],
  ])('%s', (raw, excerpt, parts) => {
    expect(hiddenParts(raw, excerpt)).toEqual(parts);
  });

  it('masks overlapping secrets with the longest', () => {
    expect(createMasker(['abcd1', 'abcd12345'])('x abcd12345 abcd1 y')).toBe('x ******** ******** y');
  });

  it('masks among thousands of secrets in one pass', () => {
    const secrets = Array.from({ length: 5000 }, (_none, index) => `s${index}-${'q'.repeat(20)}`);
    const text = `${'some words and code; '.repeat(100_000)}${secrets[4321]}`;
    const startedAt = performance.now();
    expect(createMasker(secrets)(text).endsWith('; ********')).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});
