import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/contracts/artifact.ts';
import { createRepository } from '../../../src/process/git-repository.ts';
import { createProgramRunner } from '../../../src/process/program-runner.ts';
import { changelog } from '../../../src/skills/docs/changelog.ts';
import { readConventional } from '../../../src/skills/docs/conventional-commit.ts';
import { runSkill } from '../../../src/skills/kit/run-skill.ts';
import { openWorkspace } from '../../../src/workspace/open-workspace.ts';
import { createSkillContext, folderOf, reviewFolder } from '../../support/skill-context.ts';

/** The tag stands at the commit with the index `tagged`. */
async function draft(messages: readonly string[], tagged?: number, input: object = {}): Promise<Artifact> {
  const root = await folderOf({});
  const runner = createProgramRunner({ root, allow: ['git'] });
  const commits = messages.map((message, index) => ({
    message,
    time: Date.UTC(2026, 0, 1 + index),
    files: { 'a.txt': `${index}\n` },
  }));
  await createRepository(runner, root, commits);
  if (tagged !== undefined)
    await runner.run({ command: 'git', args: ['tag', 'v1.2.0', `HEAD~${messages.length - 1 - tagged}`] });
  const context = createSkillContext(await openWorkspace(root), { runner });
  return runSkill(changelog, input, context, { agent: 'DocsAgent' });
}

describe('changelog', () => {
  it('sorts the commits since the last tag, each with its hash', async () => {
    const { data, evidence } = await draft(
      ['feat: old', 'feat(cart): add coupons', 'fix: round prices', 'chore: tidy'],
      0,
      { version: '1.3.0' },
    );
    expect(data).toMatchObject({
      since: { tag: 'v1.2.0' },
      commits: 3,
      conventional: 3,
      suggestedBump: 'minor',
      sections: [
        { section: 'added', changes: [{ scope: 'cart', description: 'add coupons' }] },
        { section: 'fixed', changes: [{ description: 'round prices' }] },
      ],
      leftOut: [{ subject: 'chore: tidy' }],
    });
    expect(data['draft']).toMatch(
      /^## 1\.3\.0\n\n### Added\n\n- \*\*cart:\*\* add coupons \([0-9a-f]{10}\)\n\n### Fixed\n\n- round prices/,
    );
    expect(evidence.every(({ type }) => type === 'command')).toBe(true);
  });

  it('puts breaking changes first, by the mark and by the footer', async () => {
    const { data } = await draft([
      'feat!: drop the old API',
      'fix: signs\n\nSome text.\n\nBREAKING CHANGE: prices are in cents\nRefs: #3',
    ]);
    expect(data).toMatchObject({ breaking: 2, suggestedBump: 'major', since: null });
    expect(data['sections']).toMatchObject([
      { section: 'breaking', changes: [{ breakingNote: 'prices are in cents' }, { breakingNote: null }] },
    ]);
  });

  it('takes all commits without a tag', async () => {
    expect((await draft(['fix: one', 'fix: two'])).data).toMatchObject({
      commits: 2,
      suggestedBump: 'patch',
    });
  });

  it('suggests no version where no commit keeps the convention', async () => {
    const { data } = await draft(['First steps', 'Second: steps']);
    expect(data).toMatchObject({ conventional: 1, sections: [{ section: 'other' }] });
    expect((await draft(['First steps'])).data).toMatchObject({ suggestedBump: null });
  });

  it('is not applicable right behind a tag', async () => {
    const artifact = await draft(['feat: all'], 0);
    expect(artifact).toMatchObject({ status: 'not-applicable', data: {} });
    expect(artifact.reason).toMatch(/v1\.2\.0/);
  });

  it('is not applicable without a history', async () => {
    expect((await reviewFolder(changelog, { 'a.txt': 'a\n' })).status).toBe('not-applicable');
  });

  it('lets no stranger write HTML or links into the draft', async () => {
    const { data } = await draft(['feat: <img src=x> [click](http://evil.example)']);
    expect(data['draft']).toContain('\\<img src=x\\> \\[click\\](http://evil.example)');
  });
});

describe('a conventional commit', () => {
  it.each([
    ['feat(ui)!: x', 'feat', true],
    ['FIX: x', 'fix', false],
    ['docs: why feat: matters', 'docs', false],
  ])('%s is read as %s', (subject, type, isBreaking) => {
    expect(readConventional(subject, '')).toMatchObject({ type, isBreaking });
  });

  it.each(['feat : x', 'feat:x', 'Merge branch main', 'feat(: x', 'http://a.example: down'])(
    '%s keeps no convention',
    (subject) => {
      expect(readConventional(subject, '').type).toBeNull();
    },
  );

  it('takes a sentence about breaking changes for none', () => {
    expect(readConventional('fix: x', 'No breaking change: only names.').isBreaking).toBe(false);
    expect(readConventional('fix: x', 'This is no BREAKING CHANGE: at all.').isBreaking).toBe(false);
  });

  it('reads a long hostile message in no time', () => {
    const started = performance.now();
    readConventional(`feat(${'('.repeat(100_000)}`, `${'BREAKING CHANGE\n'.repeat(50_000)}`);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
