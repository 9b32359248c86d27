/** Opens the workspace when it is first needed: one snapshot for each root run, so that all its tasks see the same files. */
import type { ProgramRunner } from '../../contracts/program.ts';
import type { Workspace } from '../../contracts/workspace.ts';
import { OrchestratorError } from '../../shared/errors.ts';

/** A workspace and the runner that is confined to it. */
export interface OpenedWorkspace {
  readonly workspace: Workspace | undefined;
  readonly runner: ProgramRunner;
}

/** Snapshots kept; those asked for longer ago are opened again when asked for. */
const KEPT = 4;

export class WorkspacePool {
  readonly #source: string | Workspace | undefined;
  readonly #opened = new Map<string, Promise<OpenedWorkspace>>();

  constructor(source: string | Workspace | undefined) {
    this.#source = source;
  }

  /** Rejects with what `openWorkspace` rejects with, such as `not-found`; the next call tries again. */
  for(rootRunId: string): Promise<OpenedWorkspace> {
    const known = this.#opened.get(rootRunId);
    if (known !== undefined) {
      // The one that was asked for longest ago stands first: what is at work keeps its snapshot.
      this.#opened.delete(rootRunId);
      this.#opened.set(rootRunId, known);
      return known;
    }
    const opening = this.#open();
    this.#opened.set(rootRunId, opening);
    opening.catch(() => {
      if (this.#opened.get(rootRunId) === opening) this.#opened.delete(rootRunId);
    });
    const [oldest] = this.#opened.keys();
    if (this.#opened.size > KEPT && oldest !== undefined) this.#opened.delete(oldest);
    return opening;
  }

  async #open(): Promise<OpenedWorkspace> {
    if (this.#source === undefined) return { workspace: undefined, runner: noRunner };
    const { openWorkspace } = await import('../../workspace/open-workspace.ts');
    const { createProgramRunner } = await import('../../process/program-runner.ts');
    const { SKILL_PROGRAMS } = await import('../../process/skill-programs.ts');
    const root = typeof this.#source === 'string' ? this.#source : this.#source.root;
    const runner = createProgramRunner({ root, allow: SKILL_PROGRAMS });
    const workspace = typeof this.#source === 'string' ? await openWorkspace(root, { runner }) : this.#source;
    return { workspace, runner };
  }
}

/** Without a workspace there is no folder to confine a program to. */
const noRunner: ProgramRunner = {
  run: ({ command }) =>
    Promise.reject(
      new OrchestratorError(
        'not-allowed',
        `No program runs without a workspace to confine it to; asked for ${JSON.stringify(command)}.`,
        {
          details: { command },
        },
      ),
    ),
  which: () => Promise.resolve(undefined),
};
