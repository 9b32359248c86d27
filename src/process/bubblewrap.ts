/** The bubblewrap profile: what a sandboxed program sees of the system. Everything not named here is not there. */
import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isInside } from './confine-path.ts';
import type { ProgramLimits } from './runner-options.ts';

/** What the profile is made for. */
export interface SandboxProfile {
  /** Absolute path of the program; it is run under this name. */
  readonly file: string;
  readonly args: readonly string[];
  /** Real path, shown at its own place. */
  readonly root: string;
  readonly rootAccess: 'read-write' | 'read-only';
  /** Real path in the root. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly searchPath: readonly string[];
  readonly network: boolean;
  readonly readOnly: readonly string[];
  /** Never shown as a whole, even where a program's folder would be next to it. */
  readonly userHome: string;
}

/** Folders of the system that hold programs and libraries; links among them are made again. */
const SYSTEM_FOLDERS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
/** Of /etc, what programs need to be found and linked; it names no user and no secret. */
const SYSTEM_FILES = ['/etc/alternatives', '/etc/ld.so.cache'];
/** What it takes to look up a name and check a certificate. */
const NETWORK_FILES = [
  '/etc/resolv.conf',
  '/etc/hosts',
  '/etc/nsswitch.conf',
  '/etc/ssl',
  '/etc/pki',
  '/etc/ca-certificates',
];
const SYSTEM_PATH = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin'];
/** HOME of a sandboxed program: memory, gone with it. */
const SANDBOX_HOME = '/tmp';

/** The arguments of `bwrap` for one run, the program's own at the end. */
export async function bubblewrapArguments(profile: SandboxProfile): Promise<readonly string[]> {
  const { root, rootAccess, file, cwd, network } = profile;
  const folders = await programFolders(file, profile.userHome);
  const path = [
    ...new Set([
      dirname(file),
      ...profile.searchPath.filter((entry) => isShown(entry, folders)),
      ...SYSTEM_PATH,
    ]),
  ];
  const env = { ...profile.env, PATH: path.join(':'), HOME: SANDBOX_HOME };
  return [
    '--unshare-all',
    ...(network ? ['--share-net'] : []),
    '--die-with-parent',
    '--new-session',
    '--clearenv',
    ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...(await systemMounts()),
    ...SYSTEM_FILES.flatMap(readOnlyTry),
    ...(network ? NETWORK_FILES.flatMap(readOnlyTry) : []),
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
    ...folders.flatMap(readOnlyTry),
    ...profile.readOnly.flatMap(readOnlyTry),
    ...(rootAccess === 'read-only' ? ['--ro-bind', root, root] : ['--bind', root, root]),
    ...(await protectedFolders(root)),
    ...['--chdir', cwd, '--cap-drop', 'ALL', '--', file, ...profile.args],
  ];
}

/** The arguments of `prlimit` that come before the program it starts. */
export function limitArguments(limits: Required<ProgramLimits>): readonly string[] {
  const { memoryBytes, fileBytes, openFiles } = limits;
  return ['--core=0', `--as=${memoryBytes}`, `--fsize=${fileBytes}`, `--nofile=${openFiles}`, '--'];
}

function readOnlyTry(path: string): readonly string[] {
  return ['--ro-bind-try', path, path];
}

async function systemMounts(): Promise<readonly string[]> {
  const mounts: string[] = ['--ro-bind', '/usr', '/usr'];
  for (const folder of SYSTEM_FOLDERS) {
    const stats = await lstat(folder).catch(() => undefined);
    if (stats === undefined) continue;
    if (stats.isSymbolicLink()) mounts.push('--symlink', await readlink(folder), folder);
    else mounts.push('--ro-bind', folder, folder);
  }
  return mounts;
}

/** Programs may read the repository's history but not plant a hook in it. A `.git` that is a link is left alone. */
async function protectedFolders(root: string): Promise<readonly string[]> {
  const path = join(root, '.git');
  const stats = await lstat(path).catch(() => undefined);
  return stats !== undefined && !stats.isSymbolicLink() ? ['--ro-bind', path, path] : [];
}

/** The folders outside of /usr that a program needs: its own, those its links pass through, and what it was installed with. */
async function programFolders(file: string, userHome: string): Promise<readonly string[]> {
  const folders = new Set<string>();
  let hop = file;
  for (let hops = 0; hops < 16; hops += 1) {
    folders.add(dirname(hop));
    const target = await readlink(hop).catch(() => undefined);
    if (target === undefined) break;
    hop = resolve(dirname(hop), target);
  }
  const real = await realpath(file);
  folders.add(dirname(real));
  folders.add(await installationOf(real, userHome));
  return [...folders].filter(
    (folder) => !isInside('/usr', folder) && !SYSTEM_FOLDERS.includes(folder) && !isInside(folder, userHome),
  );
}

/** The prefix of `…/bin/program` when libraries lie beside `bin`, the package of a script, or the program's folder. */
async function installationOf(real: string, userHome: string): Promise<string> {
  const folder = dirname(real);
  const packages = real.lastIndexOf('/node_modules/');
  if (packages !== -1) return real.slice(0, packages + '/node_modules'.length);
  const prefix = dirname(folder);
  if (basename(folder) === 'shims' && basename(prefix) === '.pyenv') return prefix;
  // `.local` also holds what desktop programs keep for the user, keyrings among it.
  if (basename(folder) !== 'bin' || basename(prefix) === '.local' || isInside(prefix, userHome))
    return folder;
  for (const libraries of ['lib', 'lib64', 'libexec', 'pkg']) {
    if ((await lstat(join(prefix, libraries)).catch(() => undefined))?.isDirectory()) return prefix;
  }
  return folder;
}

function isShown(entry: string, folders: readonly string[]): boolean {
  return isInside('/usr', entry) || folders.some((folder) => isInside(folder, entry));
}
