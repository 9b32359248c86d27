import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/contracts/artifact.ts';
import { KnowledgeCategory } from '../../../src/contracts/memory.ts';
import { KnowledgeBase } from '../../../src/memory/knowledge-base.ts';
import { runSkill } from '../../../src/skills/kit/run-skill.ts';
import { knowledgeUpkeep } from '../../../src/skills/research/knowledge-upkeep.ts';
import { openWorkspace } from '../../../src/workspace/open-workspace.ts';
import {
  createSkillContext,
  type FolderContent,
  folderOf,
  placesOf,
  workspaceOf,
} from '../../support/skill-context.ts';

const GUIDE =
  '# Guide\n\nOpening words.\n\n## Rules\n\nBranches live two days.\n\n## Style\n\nTabs are four wide.\n';

/** Ingests a folder, changes it, and looks it over. */
async function afterChange(changes: Readonly<Record<string, string | null>>): Promise<Artifact> {
  const root = await folderOf({ 'guide.md': GUIDE });
  const knowledge = new KnowledgeBase();
  await knowledge.ingest(root);
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) await rm(join(root, path));
    else await writeFile(join(root, path), text);
  }
  const context = createSkillContext(await openWorkspace(root), { knowledge });
  return runSkill(knowledgeUpkeep, {}, context, { agent: 'ResearchAgent' });
}

async function over(knowledge: KnowledgeBase, files: FolderContent = { 'a.md': 'a\n' }): Promise<Artifact> {
  const context = createSkillContext(await workspaceOf(files), { knowledge });
  return runSkill(knowledgeUpkeep, {}, context, { agent: 'ResearchAgent' });
}

describe('knowledge-upkeep', () => {
  it('reports a passage that has changed since it was ingested, and only that', async () => {
    const artifact = await afterChange({ 'guide.md': GUIDE.replace('two days', 'three days') });
    expect(placesOf(artifact)).toEqual(['stale-knowledge guide.md:5']);
    expect(artifact.data['cited']).toMatchObject({ changed: 1, missing: 0, same: 0 });
  });

  it('reports nothing about files that are the same', async () => {
    const artifact = await afterChange({});
    expect(artifact).toMatchObject({ status: 'done', findings: [], data: { stale: [] } });
    expect(artifact.evidence.map(({ type }) => type)).toContain('location');
  });

  it('does not report a passage that only moved', async () => {
    const artifact = await afterChange({ 'guide.md': `Something new.\n\n${GUIDE}` });
    expect(artifact.findings).toEqual([]);
    expect(artifact.data['cited']).toMatchObject({ changed: 0, same: 0 });
  });

  it('lists what cites a file that is gone, which has no place to point at', async () => {
    const artifact = await afterChange({ 'guide.md': null });
    expect(artifact.findings).toEqual([]);
    const stale = artifact.data['stale'] as { state: string }[];
    expect(stale.length).toBeGreaterThan(0);
    expect(stale.every(({ state }) => state === 'missing')).toBe(true);
  });

  it('lists entries that say the same and entries that rest on nothing', async () => {
    const knowledge = new KnowledgeBase();
    const one = knowledge.add('One', 'Test  first.', KnowledgeCategory.PROCESS, {
      references: ['Beck 2002'],
    });
    const two = knowledge.add('Two', 'test first.', KnowledgeCategory.PROCESS);
    const { data, findings } = await over(knowledge);
    expect(data['duplicates']).toMatchObject([{ ids: expect.arrayContaining([one, two]) }]);
    expect(data['withoutReference']).toEqual([{ id: two, title: 'Two' }]);
    expect(findings).toEqual([]);
  });

  it('says nothing about entries that cite lines without the digest of the file', async () => {
    const knowledge = new KnowledgeBase();
    knowledge.add('One', 'Gone.', KnowledgeCategory.PROCESS, { source: 'a.md#L1-L2' });
    expect((await over(knowledge)).data['cited']).toMatchObject({ total: 0 });
  });

  it('opens nothing outside of the folder', async () => {
    const knowledge = new KnowledgeBase();
    const references = [`sha256:${'0'.repeat(64)}`];
    for (const path of ['../../etc/passwd', '/etc/passwd', 'https://a.example/x'])
      knowledge.add('One', 'root', KnowledgeCategory.PROCESS, { source: `${path}#L1-L1`, references });
    expect(await over(knowledge)).toMatchObject({ findings: [], data: { cited: { missing: 3 } } });
  });

  it('takes the built-in knowledge for sound', async () => {
    const artifact = await over(KnowledgeBase.createWithDefaults());
    expect(artifact).toMatchObject({
      status: 'done',
      findings: [],
      data: { duplicates: [], withoutReference: [] },
    });
  });

  it('is not applicable to an empty knowledge base', async () => {
    expect((await over(new KnowledgeBase())).status).toBe('not-applicable');
  });
});
