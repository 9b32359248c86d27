/** `skills` and `doctor`: the real process, and what it says where something is missing. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allAgents } from '../../src/agents/all-agents.ts';
import { type Diagnosis, diagnose, diagnosisText } from '../../src/cli/doctor.ts';
import { MACHINE_PARTS } from '../../src/cli/machine-parts.ts';
import { listSkills, SKILL_CATALOGUE } from '../../src/cli/skill-catalogue.ts';
import { SKILL_PROGRAMS } from '../../src/process/skill-programs.ts';
import { allSkills } from '../../src/skills/index.ts';
import { runMain, tempFolder } from './support.ts';

const LONG = 60_000;

describe('the catalogue', () => {
  it('has every agent and every skill, each once', () => {
    expect(SKILL_CATALOGUE.map(({ agent }) => agent)).toEqual(allAgents().map(({ name }) => name));
    expect(SKILL_CATALOGUE.flatMap(({ skills }) => skills)).toEqual(allSkills);
  });
});

describe('skills', { timeout: LONG }, () => {
  it('lists every skill with its rules and their severity', async () => {
    const ended = await runMain(['skills']);
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    for (const { agent, skills } of listSkills()) {
      expect(ended.stdout).toContain(`\n${agent}\n`.slice(ended.stdout.startsWith(agent) ? 1 : 0));
      for (const { name, title, sideEffects, taskTypes, rules } of skills) {
        expect(ended.stdout).toContain(
          `  ${name}: ${title}\n    tasks: ${taskTypes.join(', ')}; side effects: ${sideEffects}\n`,
        );
        for (const { id, severity } of rules)
          expect(ended.stdout).toContain(`    ${severity.padEnd(8)}  ${id}: `);
      }
    }
  });

  it('--json gives the same as data', async () => {
    const ended = await runMain(['skills', '--json']);
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toEqual(JSON.parse(JSON.stringify(listSkills())));
  });

  it('takes no folder and no option of the review', async () => {
    for (const args of [
      ['skills', '.'],
      ['skills', '--gate'],
      ['doctor', '--out', 'x'],
    ]) {
      const ended = await runMain(args);
      expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
      expect(ended.stderr).toContain('nothing but --json');
    }
  });
});

describe('doctor', { timeout: LONG }, () => {
  it('knows every program that skills run and every package that is optional', async () => {
    const names = MACHINE_PARTS.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(SKILL_PROGRAMS.filter((name) => name !== 'node')));
    const { peerDependenciesMeta } = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { peerDependenciesMeta: object };
    expect(names).toEqual(expect.arrayContaining(Object.keys(peerDependenciesMeta)));
  });

  it('says what is there, with its version, and leaves nothing behind', async () => {
    await using temporary = await tempFolder();
    const ended = await runMain(['doctor', '--json'], { env: { ...process.env, TMPDIR: temporary.root } });
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    const { isReady, parts } = JSON.parse(ended.stdout) as Diagnosis;
    expect(isReady).toBe(true);
    expect(parts.map(({ name }) => name)).toEqual(['Node', ...MACHINE_PARTS.map(({ name }) => name)]);
    expect(parts[0]).toMatchObject({ status: 'ok', version: process.versions.node, isRequired: true });
    expect(parts.find(({ name }) => name === 'unpdf')).toMatchObject({
      status: 'ok',
      version: expect.stringMatching(/^\d+\.\d+/),
      install: null,
    });
    expect(await readdir(temporary.root)).toEqual([]);
  });

  it('names what each missing program would add and the one command that installs it; that is no failure', async () => {
    await using empty = await tempFolder();
    const ended = await runMain(['doctor'], { env: { PATH: empty.root } });
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    for (const { name, kind, adds } of MACHINE_PARTS.filter(
      (part) => part.kind === 'program' || part.kind === 'sandbox',
    )) {
      expect(ended.stdout).toMatch(
        new RegExp(`○ ${name} +not on the search path\\n +adds: (.+)\\n +install: .+`),
      );
      expect(ended.stdout, kind).toContain(`adds: ${adds}`);
    }
    expect(ended.stdout).toContain('All that is required is there; the rest is optional.');
  });

  it('tries programs: one that is there and does not work is told apart', async () => {
    await using folder = await tempFolder();
    const bin = join(folder.root, 'bin');
    await mkdir(bin);
    for (const [name, text] of [
      ['git', 'echo "git is broken here" >&2; exit 3'],
      ['bwrap', 'echo "No permissions to create new namespace" >&2; exit 1'],
    ])
      await writeFile(join(bin, name as string), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    await symlink('/bin/true', join(bin, 'true'));
    const ended = await runMain(['doctor', '--json'], { env: { PATH: bin } });
    const { parts } = JSON.parse(ended.stdout) as Diagnosis;
    const part = (name: string) => parts.find((one) => one.name === name);
    expect(part('git')).toMatchObject({
      status: 'unusable',
      reason: expect.stringContaining('git is broken here'),
      install: null,
    });
    if (process.platform === 'linux')
      expect(part('bubblewrap')).toMatchObject({
        status: 'unusable',
        reason: expect.stringContaining('No permissions to create new namespace'),
      });
  });

  it.each([
    [
      'an empty file',
      '',
      0o755,
      /git is an empty file; see what `\S+git --version` says, and install it anew/,
    ],
    [
      'a file that may not run',
      '#!/bin/sh\necho git version 2.40.1\n',
      0o644,
      /git may not be executed: chmod \+x \S+git/,
    ],
    ['one that is killed', '#!/bin/sh\nkill -9 $$\n', 0o755, /git was ended by the signal SIGKILL; see what/],
    ['one that tells nothing', '#!/bin/sh\nexit 0\n', 0o755, /git ends well but tells no version/],
    ['one for another machine', '\u007fELF\u0000\u0000', 0o755, /git does not /],
  ])('does not take %s for a program that works, and says what to do', async (_what, text, mode, reason) => {
    await using folder = await tempFolder();
    await writeFile(join(folder.root, 'git'), text, { mode });
    const ended = await runMain(['doctor', '--json'], { env: { PATH: folder.root } });
    const { parts } = JSON.parse(ended.stdout) as Diagnosis;
    expect(parts.find(({ name }) => name === 'git')).toMatchObject({
      status: 'unusable',
      version: null,
      reason: expect.stringMatching(reason),
    });
  });

  it('is not content with a Node that is too old', async () => {
    const diagnosis = await diagnose({ nodeVersion: '20.19.0' });
    expect(diagnosis.isReady).toBe(false);
    expect(diagnosisText(diagnosis)).toMatch(/✗ Node +expected version >=\d+\.\d+, got 20\.19\.0/);
    expect(diagnosisText(diagnosis)).toContain('npm install --global node@24');
    expect(diagnosisText(diagnosis)).toContain('Something that is required is missing.');
  });
});
