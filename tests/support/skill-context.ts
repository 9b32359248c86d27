/** What tests of skills share: a folder made of texts, a context over it, and one call that runs a skill as agents do. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Artifact } from '../../src/contracts/artifact.ts';
import type { AnySkill, SkillContext } from '../../src/contracts/skill.ts';
import type { Workspace } from '../../src/contracts/workspace.ts';
import type { Logger } from '../../src/observability/logger.ts';
import { OrchestratorError } from '../../src/shared/errors.ts';
import { runSkill } from '../../src/skills/kit/run-skill.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { openWorkspace } from '../../src/workspace/open-workspace.ts';

/** Files of a test folder: path with `/` to text or bytes. */
export type FolderContent = Readonly<Record<string, string | Uint8Array>>;

/** Makes a folder under the system's temporary one; it is removed when the running test ends. Call it inside a test. */
export async function folderOf(files: FolderContent): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'skill-')));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    const absolute = join(root, path);
    await mkdir(dirname(absolute), { recursive: true });
    await writeFile(absolute, content);
  }
  return root;
}

/** A workspace over a folder made of `files`. Call it inside a test. */
export async function workspaceOf(files: FolderContent): Promise<Workspace> {
  return openWorkspace(await folderOf(files));
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

/** A context with a still clock, no log, no knowledge, and a runner that refuses every program. */
export function createSkillContext(
  workspace: Workspace,
  overrides: Partial<SkillContext> = {},
): SkillContext {
  return {
    signal: new AbortController().signal,
    logger: silent,
    clock: new ManualClock(),
    workspace,
    runner: {
      run: ({ command }) =>
        Promise.reject(
          new OrchestratorError('not-allowed', `No program may run in this test, asked for ${command}.`),
        ),
      which: async () => undefined,
    },
    knowledge: { get: () => undefined, search: () => [] },
    allowExecute: false,
    artifacts: [],
    request: { title: 'Review', description: 'Review the folder.' },
    ...overrides,
  };
}

/** Runs a skill over a folder made of `files` through `runSkill`, so that input and output schemas are checked too. */
export async function reviewFolder(
  skill: AnySkill,
  files: FolderContent,
  { input = {}, ...overrides }: Partial<SkillContext> & { readonly input?: unknown } = {},
): Promise<Artifact> {
  const context = createSkillContext(await workspaceOf(files), overrides);
  return runSkill(skill, input, context, { agent: 'TestAgent' });
}

/** Findings in short, sorted by path and line: `rule path:line`. */
export function placesOf(artifact: Artifact): string[] {
  if (artifact.status !== 'done')
    throw new Error(`${artifact.skill} is ${artifact.status}: ${artifact.reason}`);
  return [...artifact.findings]
    .sort((a, b) =>
      a.location.path < b.location.path
        ? -1
        : a.location.path > b.location.path
          ? 1
          : a.location.line - b.location.line,
    )
    .map(({ rule, location }) => `${rule} ${location.path}:${location.line}`);
}
