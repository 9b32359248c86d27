import { describe, expect, it } from 'vitest';
import { decisionRecords } from '../../../src/skills/architect/decision-records.ts';
import { isRecordPath, recordNumber } from '../../../src/skills/architect/read-record.ts';
import { type FolderContent, placesOf, reviewFolder } from '../../support/skill-context.ts';

const record = (status: string, more = ''): string =>
  `# A decision\n\n## Status\n\n${status}\n\n## Context\n\n${more}\n`;
const check = async (files: FolderContent): Promise<string[]> =>
  placesOf(await reviewFolder(decisionRecords, files));
const DECISION = {
  title: 'Use SQLite for state',
  context: 'State must survive a restart.',
  drivers: ['No server to run'],
  options: [{ name: 'SQLite', good: ['it is one file'] }, { name: 'Files' }],
  outcome: { option: 'SQLite', because: 'it is transactional' },
};

describe('decision-records: checks', () => {
  it('reports a missing status, a number used twice, and a link that leads nowhere', async () => {
    expect(
      await check({
        'docs/adr/0001-one.md': record('Accepted', 'See [two](0002-two.md) and [nine](0009-nine.md).'),
        'docs/adr/0002-two.md': '# Two\n\nWe decided.\n',
        'docs/adr/0002-three.md': record('Accepted'),
      }),
    ).toEqual([
      'adr-broken-link docs/adr/0001-one.md:9',
      'adr-duplicate-number docs/adr/0002-two.md:1',
      'adr-missing-status docs/adr/0002-two.md:1',
    ]);
  });

  it('reports a superseded record without a successor, or with one that does not exist', async () => {
    expect(
      await check({
        'docs/adr/0001-one.md': record('Superseded'),
        'docs/adr/0002-two.md': record('Superseded by ADR-0007'),
        'docs/adr/0003-three.md': record('Accepted'),
      }),
    ).toEqual(['adr-no-successor docs/adr/0001-one.md:5', 'adr-broken-link docs/adr/0002-two.md:5']);
  });

  it.each([
    ['front matter', '---\nstatus: accepted\ndate: 2026-01-02\n---\n# A\n'],
    ['a list', '# A\n\n* Status: accepted\n* Date: 2026-01-02\n'],
    ['bold text', '# A\n\n**Status:** Accepted\n\n**Date:** 2026-01-02\n'],
    ['bold text with the colon outside', '# A\n\n**Status**: Accepted\n\n**Date**: 2026-01-02\n'],
    ['a table', '# A\n\n| Status | Accepted |\n| - | - |\n| Date | 2026-01-02 |\n'],
    ['a heading', '# A\n\nDate: 2026-01-02\n\n## Status\n\nAccepted\n'],
  ])('reads status and date from %s', async (_where, text) => {
    const artifact = await reviewFolder(decisionRecords, { 'docs/decisions/0001-a.md': text });
    expect(artifact.findings).toEqual([]);
    expect((artifact.data['records'] as { status: string }[])[0]).toMatchObject({
      status: expect.stringMatching(/^accepted$/i),
      date: '2026-01-02',
      number: 1,
    });
  });

  it.each([
    [
      'a successor that exists',
      { 'docs/adr/0001-a.md': record('Superseded by ADR 2'), 'docs/adr/0002-b.md': record('Accepted') },
    ],
    [
      'a successor whose name begins with a date',
      {
        'docs/adr/2024-01-01-a.md': record('Superseded by 2024-05-01-b'),
        'docs/adr/2024-05-01-b.md': record('Accepted'),
      },
    ],
    [
      'a successor and the day of the change',
      {
        'docs/adr/0001-a.md': record('Superseded by ADR 2 (decision 2024-05-01)'),
        'docs/adr/0002-b.md': record('Accepted'),
      },
    ],
    [
      'a successor by link',
      {
        'docs/adr/0001-a.md': record('Superseded by [b](0002-b.md)'),
        'docs/adr/0002-b.md': record('Accepted'),
      },
    ],
    [
      'one number in two folders',
      { 'a/adr/0001-a.md': record('Accepted'), 'b/adr/0001-b.md': record('Accepted') },
    ],
    [
      'a translation',
      { 'docs/adr/0001-a.md': record('Accepted'), 'docs/adr/0001-a.de.md': record('Angenommen') },
    ],
    [
      'dates in place of numbers',
      { 'docs/adr/2026-01-02-a.md': record('Accepted'), 'docs/adr/2026-01-02-b.md': record('Accepted') },
    ],
    [
      'templates and contents',
      {
        'docs/adr/README.md': '# All\n',
        'docs/adr/template.md': '# T\n',
        'docs/adr/0001-a.md': record('Accepted'),
      },
    ],
    ['links to the web', { 'docs/adr/0001-a.md': record('Accepted', '[x](https://a.example/x.md)') }],
  ])('reports nothing about %s', async (_what, files) => {
    expect(await check(files as FolderContent)).toEqual([]);
  });

  it('hints once where no record has a status', async () => {
    const files = Object.fromEntries(
      [1, 2, 3, 4].map((one) => [`docs/decisions/000${one}-a${one}.md`, '# A\n\nSo it is.\n']),
    );
    const { findings } = await reviewFolder(decisionRecords, files);
    expect(findings).toMatchObject([{ rule: 'adr-missing-status', severity: 'info' }]);
  });
});

describe('decision-records: drafts', () => {
  it('drafts a record with the next number out of what is given, and nothing else', async () => {
    const artifact = await reviewFolder(
      decisionRecords,
      { 'docs/adr/0004-a.md': record('Accepted') },
      { input: { decision: DECISION } },
    );
    expect(artifact.data['draft']).toEqual({
      path: 'docs/adr/0005-use-sqlite-for-state.md',
      markdown:
        '---\nstatus: "proposed"\n---\n\n# Use SQLite for state\n\n## Context and Problem Statement\n\n' +
        'State must survive a restart.\n\n## Decision Drivers\n\n* No server to run\n\n## Considered Options\n\n* SQLite\n* Files\n\n' +
        '## Decision Outcome\n\nChosen option: "SQLite", because it is transactional\n\n' +
        '## Pros and Cons of the Options\n\n### SQLite\n\n* Good, because it is one file\n',
    });
  });

  it('is done with a draft alone, on the evidence of the input', async () => {
    const artifact = await reviewFolder(
      decisionRecords,
      { 'a.txt': 'a\n' },
      { input: { decision: DECISION } },
    );
    expect(artifact).toMatchObject({ status: 'done', evidence: [{ type: 'document', id: 'input' }] });
    expect(artifact.data['draft']).toMatchObject({ path: 'docs/decisions/0001-use-sqlite-for-state.md' });
  });

  it('is not applicable with neither records nor a decision', async () => {
    expect((await reviewFolder(decisionRecords, { 'a.md': '# A\n' })).status).toBe('not-applicable');
  });

  it('refuses a decision without its context', async () => {
    const artifact = await reviewFolder(
      decisionRecords,
      { 'a.md': 'a\n' },
      { input: { decision: { title: 'A' } } },
    );
    expect(artifact.status).toBe('failed');
  });
});

describe('the name of a record', () => {
  it.each([
    ['docs/adr/0001-a.md', true],
    ['docs/architecture-decisions/a.md', true],
    ['src/store/sqlite.adr.md', true],
    ['docs/adr-007-x.md', true],
    ['docs/decisions-we-made.md', false],
    ['docs/roadmap.md', false],
    ['tests/fixtures/adr/0001-a.md', false],
  ])('%s', (path, isRecord) => {
    expect(isRecordPath(path)).toBe(isRecord);
  });

  it.each([
    ['adr-012-x.md', 12],
    ['0003-x.md', 3],
    ['20260101-x.md', undefined],
    ['2026-01-01-x.md', undefined],
    ['x-3.md', undefined],
  ])('%s has the number %s', (path, number) => {
    expect(recordNumber(path)).toBe(number);
  });
});
