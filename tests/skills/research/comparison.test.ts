import { describe, expect, it } from 'vitest';
import { KnowledgeCategory } from '../../../src/contracts/memory.ts';
import { KnowledgeBase } from '../../../src/memory/knowledge-base.ts';
import { comparison } from '../../../src/skills/research/comparison.ts';
import { namesOne } from '../../../src/skills/research/named-passages.ts';
import { type FolderContent, reviewFolder } from '../../support/skill-context.ts';

const ASKED = { options: ['SQLite', 'PostgreSQL'], criteria: ['backup', 'licence'] };
type Cells = {
  option: string;
  criterion: string;
  passages: { path: string; line: number; excerpt: string }[];
}[];

async function filled(files: FolderContent, input: object = ASKED): Promise<string[]> {
  const { data } = await reviewFolder(comparison, files, { input });
  return (data['cells'] as Cells).flatMap(({ option, criterion, passages }) =>
    passages.map(({ path, line }) => `${option}/${criterion} ${path}:${line}`),
  );
}

describe('comparison', () => {
  it('fills cells with passages that name both, and lists the gaps', async () => {
    const { data, evidence } = await reviewFolder(
      comparison,
      { 'docs/stores.md': '# Stores\n\nA backup of SQLite is a copy of one file.\n' },
      { input: ASKED },
    );
    expect((data['cells'] as Cells)[0]?.passages).toEqual([
      {
        source: 'workspace',
        path: 'docs/stores.md',
        line: 3,
        documentId: null,
        excerpt: 'A backup of SQLite is a copy of one file.',
      },
    ]);
    expect(data['gaps']).toHaveLength(3);
    expect(evidence).toMatchObject([{ id: 'input' }, { path: 'docs/stores.md', line: 3 }]);
  });

  it('takes a heading for the name of what stands below it', async () => {
    const text = '# Stores\n\n## PostgreSQL\n\nIts licence is short.\n\n## SQLite\n\nBackups are copies.\n';
    expect(await filled({ 'a.md': text })).toEqual(['SQLite/backup a.md:9', 'PostgreSQL/licence a.md:5']);
  });

  it('reads tables by row and head', async () => {
    const table = '| store | backup |\n| - | - |\n| SQLite | copy |\n| PostgreSQL | dump |\n';
    expect(await filled({ 'a.md': table })).toEqual(['SQLite/backup a.md:1', 'PostgreSQL/backup a.md:1']);
  });

  it('knows other names of an option', async () => {
    const input = { options: [{ name: 'PostgreSQL', aliases: ['Postgres'] }], criteria: ['backup'] };
    expect(await filled({ 'a.md': 'Postgres writes its backup to a stream.\n' }, input)).toEqual([
      'PostgreSQL/backup a.md:1',
    ]);
  });

  it('looks into the knowledge base as well', async () => {
    const knowledge = new KnowledgeBase();
    const id = knowledge.add('Stores', 'The licence of SQLite is none at all.', KnowledgeCategory.TECHNICAL);
    const { data, evidence } = await reviewFolder(comparison, { 'a.md': 'x\n' }, { input: ASKED, knowledge });
    expect((data['cells'] as Cells)[1]?.passages).toMatchObject([{ source: 'knowledge', documentId: id }]);
    expect(evidence).toMatchObject([{}, { type: 'document', id }]);
  });

  it.each([
    ['passages that name only one of both', 'SQLite is small.\n\nA backup is a copy.\n'],
    ['words that only hold the name', 'The SQLiter of backups.\n'],
    ['a heading further up that is over', '# SQLite\n\nSmall.\n\n# Others\n\nA backup is a copy.\n'],
  ])('fills nothing with %s', async (_what, text) => {
    expect(await filled({ 'a.md': text })).toEqual([]);
  });

  it('is done with gaps alone when nothing answers, and names what was searched', async () => {
    const artifact = await reviewFolder(comparison, { 'a.md': 'Nothing of this sort.\n' }, { input: ASKED });
    expect(artifact.status).toBe('done');
    expect(artifact.data['gaps']).toHaveLength(4);
    expect(artifact.evidence).toMatchObject([{}, { path: 'a.md' }]);
  });

  it('is not applicable without options or without criteria', async () => {
    for (const input of [{}, { options: ['SQLite'] }, { criteria: ['backup'] }])
      expect((await reviewFolder(comparison, { 'a.md': 'x\n' }, { input })).status).toBe('not-applicable');
  });

  it('refuses names that are no words', async () => {
    const input = { options: ['', 'a'], criteria: ['backup'] };
    expect((await reviewFolder(comparison, { 'a.md': 'x\n' }, { input })).status).toBe('failed');
  });

  it.each([
    ['uses Node.js here', 'node.js', true],
    ['uses nodes', 'node', true],
    ['an anode', 'node', false],
    ['a C++ program', 'c++', true],
  ])('"%s" and the name %s', (line, name, isNamed) => {
    expect(namesOne(line, [name])).toBe(isNamed);
  });
});
