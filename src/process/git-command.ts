/** Calls git so that nothing a repository holds (configuration, hooks, filters, attributes) can run a program. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgramResult, ProgramRunner } from '../contracts/program.ts';
import { OrchestratorError } from '../shared/errors.ts';

/** Settings that win over those of the repository, each of which could otherwise name a program. */
const SETTINGS = [
  ...[
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'core.pager=cat',
    'core.editor=false',
    'core.sshCommand=false',
  ],
  ...[
    'core.askPass=false',
    'core.attributesFile=/dev/null',
    'core.excludesFile=/dev/null',
    'core.quotePath=false',
  ],
  ...[
    'credential.helper=',
    'diff.external=',
    'gpg.program=false',
    'gpg.ssh.program=false',
    'gpg.x509.program=false',
  ],
  ...[
    'commit.gpgSign=false',
    'tag.gpgSign=false',
    'log.showSignature=false',
    'log.showRoot=true',
    'log.mailmap=false',
  ],
  ...[
    'protocol.allow=never',
    'submodule.recurse=false',
    'gc.auto=0',
    'maintenance.auto=false',
    'safe.directory=*',
  ],
  ...[
    'i18n.logOutputEncoding=UTF-8',
    'color.ui=false',
    'advice.detachedHead=false',
    'init.defaultBranch=main',
  ],
];

/** No configuration of the machine or the user, no prompt, no network (which a repository's protocol rules can't undo). */
const ENVIRONMENT: Readonly<Record<string, string>> = Object.freeze({
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
});

/** What may be said beside the operation's own arguments. */
export interface GitCall {
  readonly signal?: AbortSignal | undefined;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** @default 30_000 */
  readonly timeoutMs?: number;
  /** @default 64 MiB */
  readonly maxOutputBytes?: number;
}

/** Calls git in one folder; resolves whatever its exit code. */
export type GitCommand = (args: readonly string[], call?: GitCall) => Promise<ProgramResult>;

/**
 * The repository is `root/.git` and nothing else: no search in parent folders, no work tree elsewhere. The operations
 * themselves are up to the caller, who must only use ones that read no work-tree file through a filter.
 */
export function createGitCommand(runner: ProgramRunner, root: string): GitCommand {
  const fixed = [
    ...SETTINGS.flatMap((setting) => ['-c', setting]),
    ...['--no-pager', '--no-optional-locks', '--no-replace-objects', '--literal-pathspecs'],
    ...[`--git-dir=${join(root, '.git')}`, `--work-tree=${root}`],
  ];
  return (args, { signal, input, env, timeoutMs = 30_000, maxOutputBytes = 64 * 2 ** 20 } = {}) =>
    runner.run({
      command: 'git',
      args: [...fixed, ...args],
      cwd: root,
      env: { ...ENVIRONMENT, ...env },
      timeoutMs,
      maxOutputBytes,
      ...(input === undefined ? {} : { input }),
      ...(signal === undefined ? {} : { signal }),
    });
}

/** The output of a call that must succeed. Throws `program-failed` or `timed-out`. */
export function outputOf(result: ProgramResult, operation: string): string {
  if (result.timedOut) {
    throw new OrchestratorError('timed-out', `git ${operation} did not finish in ${result.durationMs} ms.`, {
      retryable: true,
    });
  }
  if (result.exitCode === 0) return result.stdout;
  const reason = result.stderr.trim().slice(0, 300) || 'it gave no reason';
  throw new OrchestratorError(
    'program-failed',
    `git ${operation} ended with ${result.exitCode ?? result.terminationSignal}: ${reason}`,
    {
      details: { operation, exitCode: result.exitCode },
    },
  );
}

/** How a folder stands to git. `linked`: its history lies elsewhere, as in a worktree or a submodule. */
export async function repositoryKind(root: string): Promise<'own' | 'linked' | 'none'> {
  const stats = await lstat(join(root, '.git')).catch(() => undefined);
  if (stats === undefined) return 'none';
  return stats.isDirectory() ? 'own' : 'linked';
}
