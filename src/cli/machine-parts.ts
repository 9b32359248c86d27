/** What a machine may have beside this package, as data: what each part adds, and how it is installed. */

/** One thing that may be there or not. */
export interface MachinePart {
  readonly name: string;
  /**
   * `program`: on the search path. `sandbox`: a program that is really tried. `package`: an npm package that is loaded on
   * demand. `module`: comes with Node, where it was built with it.
   */
  readonly kind: 'program' | 'sandbox' | 'package' | 'module';
  /** What can be done with it, or is missing without it. */
  readonly adds: string;
  /** Its name by package manager, where it differs from `name`. */
  readonly packageName?: Readonly<Record<string, string>>;
}

/** Node itself is the only part that is required. */
export const MACHINE_PARTS: readonly MachinePart[] = [
  {
    name: 'git',
    kind: 'program',
    adds: 'history: risks and hotspots, progress, changelog, review of changes, the sample',
  },
  {
    name: 'bubblewrap',
    kind: 'sandbox',
    adds: 'a sandbox without network for tests that run with --execute (Linux); without it they run as plain processes',
  },
  {
    name: 'npm',
    kind: 'program',
    adds: 'the tests of a Node project that has a test script of its own, with --execute',
    packageName: { brew: 'node' },
  },
  { name: 'python3', kind: 'program', adds: 'Python tests with --execute', packageName: { brew: 'python' } },
  {
    name: 'go',
    kind: 'program',
    adds: 'Go tests with --execute',
    packageName: { 'apt-get': 'golang-go', dnf: 'golang' },
  },
  { name: 'cargo', kind: 'program', adds: 'Rust tests with --execute', packageName: { brew: 'rust' } },
  {
    name: 'node:sqlite',
    kind: 'module',
    adds: 'runs the database schema of a repository on a real database in memory',
  },
  { name: 'openai', kind: 'package', adds: 'models behind an OpenAI-compatible endpoint' },
  {
    name: '@modelcontextprotocol/sdk',
    kind: 'package',
    adds: 'tools of servers that speak the Model Context Protocol (MCP)',
  },
  { name: 'unpdf', kind: 'package', adds: 'PDF files in the knowledge base' },
  {
    name: 'typescript',
    kind: 'package',
    adds: 'type errors of TypeScript projects, found in memory with no code run',
  },
  {
    name: '@electric-sql/pglite',
    kind: 'package',
    adds: 'proves PostgreSQL definitions on a real PostgreSQL in memory',
  },
  {
    name: '@dbos-inc/dbos-sdk',
    kind: 'package',
    adds: 'runs on PostgreSQL that many machines share (exactly 5.3.0, together with pg)',
  },
  { name: 'pg', kind: 'package', adds: 'the connection to PostgreSQL for runs that many machines share' },
];

export interface PackageManager {
  readonly program: string;
  readonly platform: NodeJS.Platform;
  readonly install: string;
  /** With `sudo` for others. */
  readonly needsRoot: boolean;
}

/** The first that is on the search path is named; the first of a platform where none is. */
export const PACKAGE_MANAGERS: readonly PackageManager[] = [
  { program: 'apt-get', platform: 'linux', install: 'apt-get install -y', needsRoot: true },
  { program: 'dnf', platform: 'linux', install: 'dnf install -y', needsRoot: true },
  { program: 'apk', platform: 'linux', install: 'apk add', needsRoot: true },
  { program: 'brew', platform: 'darwin', install: 'brew install', needsRoot: false },
  { program: 'winget', platform: 'win32', install: 'winget install', needsRoot: false },
];

/** For platforms that none of them serves: pkg of the BSDs. */
export const NO_MANAGER: PackageManager = {
  program: 'pkg',
  platform: 'freebsd',
  install: 'pkg install',
  needsRoot: true,
};
