/** Lets a model write, in a git worktree that the caller names and nowhere else. */
import type { AnyTool } from '../contracts/tool.ts';
import { checkKeys, checkText } from '../shared/check.ts';

/** Where may be written. */
export interface WorktreeToolsOptions {
  /** A folder with a git repository or worktree of its own, so that every change can be seen and undone. */
  readonly worktree: string;
}

/**
 * The tools `worktree_read`, `worktree_write` and `worktree_replace`. Those that write are asked about unless the agent's
 * `toolPolicy` allows them. Rejects with `not-found` where there is no git worktree.
 */
export async function worktreeTools(options: WorktreeToolsOptions): Promise<readonly AnyTool[]> {
  checkKeys('options', options, ['worktree']);
  const { makeWorktreeTools } = await import('./on-model/make-worktree-tools.ts');
  return makeWorktreeTools(checkText('worktree', options.worktree));
}
