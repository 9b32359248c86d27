// Programs through the CLI adapter: closed by default, one allow-list, no shell, failure as a result.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrchestratorError } from 'autogen-orchestrator';
import { CLIAdapter } from 'autogen-orchestrator/adapters/cli';

const workspace = await mkdtemp(join(tmpdir(), 'cli-adapter-'));
await writeFile(
  join(workspace, 'hello.mjs'),
  'console.log("hello", process.argv[2]); process.exitCode = Number(process.argv[3] ?? 0);',
);
const node = process.execPath;
const adapter = new CLIAdapter({ enabled: true, allowedCommands: [node], workspace, timeoutMs: 10_000 });

const good = await adapter.execute('run', { command: node, args: ['hello.mjs', '$HOME; ls'] });
console.log(good.success, good.data?.stdout.trim());
const bad = await adapter.execute('run', { command: node, args: ['hello.mjs', 'again', '3'] });
console.log(bad.success, bad.error?.code, bad.data?.exitCode);

const tell = (error: unknown): void => console.log(OrchestratorError.isInstance(error) ? error.code : error);
await adapter.execute('run', { command: 'rm', args: ['-rf', '.'] }).catch(tell);
await adapter.execute('run', { command: node, cwd: '..' }).catch(tell);
await new CLIAdapter().execute('run', { command: node }).catch(tell);
await rm(workspace, { recursive: true });

// Prints:
// true hello $HOME; ls
// false program-failed 3
// not-allowed
// path-escape
// adapter-disabled
