/** Small repositories in temporary folders, and skills run over them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Artifact } from '../../../src/contracts/artifact.ts';
import type { ProgramRunner } from '../../../src/contracts/program.ts';
import type { AnySkill } from '../../../src/contracts/skill.ts';
import type { Workspace } from '../../../src/contracts/workspace.ts';
import type { Logger } from '../../../src/observability/logger.ts';
import { runSkill } from '../../../src/skills/kit/run-skill.ts';
import { loadSources } from '../../../src/skills/source/load-sources.ts';
import type { SourceModel } from '../../../src/skills/source/source-model.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { openWorkspace, type WorkspaceOptions } from '../../../src/workspace/open-workspace.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A folder that is removed when the test ends. */
export async function makeFolder(files: Files = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'workspace-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

export async function makeWorkspace(files: Files, options?: WorkspaceOptions): Promise<Workspace> {
  return openWorkspace(await makeFolder(files), options);
}

export async function makeSources(files: Files): Promise<SourceModel> {
  return loadSources(await makeWorkspace(files), new AbortController().signal);
}

/** Runs a skill over files as an agent would. */
export async function runOver(skill: AnySkill, files: Files): Promise<Artifact> {
  const logger: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
  const runner: ProgramRunner = {
    run: () => Promise.reject(new Error('This skill runs no program.')),
    which: () => Promise.resolve(undefined),
  };
  return runSkill(
    skill,
    {},
    {
      signal: new AbortController().signal,
      logger,
      clock: new ManualClock(),
      workspace: await makeWorkspace(files),
      runner,
      knowledge: { get: () => undefined, search: () => [] },
      allowExecute: false,
      artifacts: [],
      request: { title: '', description: '' },
    },
    { agent: 'TestAgent' },
  );
}

/** `rule path:line` of each finding, in order of path and line. */
export function placesOf({ findings }: Artifact, rule?: string): string[] {
  return findings
    .filter((one) => rule === undefined || one.rule === rule)
    .map((one) => `${rule === undefined ? `${one.rule} ` : ''}${one.location.path}:${one.location.line}`)
    .sort();
}
