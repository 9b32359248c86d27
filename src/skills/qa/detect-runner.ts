/** Finds out how a repository's tests are run: from its manifests, and from what is installed beside it. */
import { readFile, realpath } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { SkillContext } from '../../contracts/skill.ts';
import { isPlainObject } from '../../shared/json.ts';
import { loadSources } from '../source/load-sources.ts';
import {
  readCargoReport,
  readGoReport,
  readJestReport,
  readJUnitReport,
  readMochaReport,
  type TestResults,
} from './test-results.ts';

export const TEST_RUNNERS = ['node', 'vitest', 'jest', 'mocha', 'pytest', 'go', 'cargo'] as const;
export type TestRunnerName = (typeof TEST_RUNNERS)[number];

/** How one runner is called. */
export interface TestCommand {
  readonly runner: TestRunnerName;
  /** `node` stands for the Node that runs us. */
  readonly command: string;
  /** `report` is an absolute path in a new folder, for runners that write a file. */
  readonly args: (report: string) => readonly string[];
  /** Undefined when the report is what the program prints. */
  readonly reportFile?: string;
  readonly read: (text: string) => TestResults | undefined;
}

export type DetectedRunner =
  | { readonly status: 'found'; readonly command: TestCommand }
  | { readonly status: 'missing' | 'none'; readonly reason: string };

/** The runner of the workspace's root. `missing`: it is named but not installed. `none`: nothing to run. */
export async function detectRunner(context: SkillContext): Promise<DetectedRunner> {
  const { files } = await context.workspace.list({ signal: context.signal });
  const paths = new Set(files.map(({ path }) => path));
  const model = await loadSources(context.workspace, context.signal);
  const manifest = model.packages.find(({ directory }) => directory === '');
  if (manifest !== undefined) {
    const found = await detectScriptRunner(
      context,
      manifest.json,
      [...model.modules.values()].some(
        ({ isTest, isFixture, imports }) =>
          isTest && !isFixture && imports.some(({ specifier }) => specifier === 'node:test'),
      ),
    );
    if (found !== undefined) return found;
  } else if (
    [...model.modules.values()].some(
      ({ isTest, isFixture, imports }) =>
        isTest && !isFixture && imports.some(({ specifier }) => specifier === 'node:test'),
    )
  ) {
    return { status: 'found', command: nodeCommand };
  }
  if (paths.has('go.mod')) return detectProgram(context, 'go', goCommand);
  if (paths.has('Cargo.toml')) return detectProgram(context, 'cargo', cargoCommand);
  const hasPython =
    ['pytest.ini', 'conftest.py', 'tox.ini'].some((path) => paths.has(path)) ||
    files.some(({ path }) => /(?:^|\/)(?:test_[^/]*|[^/]*_test)\.py$/.test(path));
  if (hasPython) return detectPytest(context);
  const other = otherRunnerOf(manifest?.json ?? {});
  return {
    status: 'none',
    reason:
      other === undefined
        ? `There is no sign of tests that ${KNOWN} would run.`
        : `The tests are for ${other}, which is not among the runners known here: ${KNOWN}.`,
  };
}

/** Runners that are met and not known here: to say so is better than to see no tests. */
const OTHER_RUNNERS = [
  'ava',
  'tap',
  'tape',
  'jasmine',
  'uvu',
  'karma',
  '@playwright/test',
  'cypress',
  'qunit',
];
const KNOWN = 'node, vitest, jest, mocha, pytest, go and cargo';

function otherRunnerOf(json: Readonly<Record<string, unknown>>): string | undefined {
  const sections = [json['devDependencies'], json['dependencies']].filter(isPlainObject);
  return OTHER_RUNNERS.find((name) => sections.some((section) => Object.hasOwn(section, name)));
}

async function detectScriptRunner(
  { workspace }: SkillContext,
  json: Readonly<Record<string, unknown>>,
  usesNodeTest: boolean,
): Promise<DetectedRunner | undefined> {
  const scripts = isPlainObject(json['scripts']) ? json['scripts'] : {};
  const script = typeof scripts['test'] === 'string' ? scripts['test'] : '';
  const wanted = new Set(
    ['dependencies', 'devDependencies'].flatMap((section) =>
      isPlainObject(json[section]) ? Object.keys(json[section]) : [],
    ),
  );
  const named = (['vitest', 'jest', 'mocha'] as const).filter((name) =>
    new RegExp(`\\b${name}\\b`).test(script.slice(0, 2000)),
  );
  const candidate =
    named[0] ??
    (/--test\b/.test(script)
      ? 'node'
      : (['vitest', 'jest', 'mocha'] as const).find((name) => wanted.has(name)));
  if (candidate === 'node' || (candidate === undefined && usesNodeTest))
    return { status: 'found', command: nodeCommand };
  if (candidate === undefined) return undefined;
  const entry = await entryOf(workspace.root, candidate);
  if (entry === undefined) {
    return {
      status: 'missing',
      reason: `The tests are for ${candidate}, which is not installed in node_modules; run \`npm install\` there first.`,
    };
  }
  return { status: 'found', command: SCRIPT_COMMANDS[candidate](entry) };
}

/** The script of an installed runner, relative to the root: what `bin` of its package names. */
async function entryOf(root: string, name: string): Promise<string | undefined> {
  const folder = posix.join('node_modules', name);
  try {
    const manifest: unknown = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
    const bin = isPlainObject(manifest) ? manifest['bin'] : undefined;
    const path = typeof bin === 'string' ? bin : isPlainObject(bin) ? bin[name] : undefined;
    if (typeof path !== 'string' || path.split('/').includes('..')) return undefined;
    const entry = posix.join(folder, path);
    await realpath(join(root, entry));
    return entry;
  } catch {
    return undefined;
  }
}

/** `readNodeReport` needs the run's mark, so the skill fills reader and arguments in. */
const nodeCommand: TestCommand = {
  runner: 'node',
  command: 'node',
  args: () => ['--test'],
  read: () => undefined,
};

const SCRIPT_COMMANDS: Readonly<Record<'vitest' | 'jest' | 'mocha', (entry: string) => TestCommand>> = {
  vitest: (entry) => ({
    runner: 'vitest',
    command: 'node',
    args: (report) => [
      entry,
      'run',
      '--reporter=json',
      `--outputFile=${report}`,
      '--coverage.enabled=false',
      '--includeTaskLocation',
    ],
    reportFile: 'report.json',
    read: readJestReport,
  }),
  jest: (entry) => ({
    runner: 'jest',
    command: 'node',
    args: (report) => [
      entry,
      '--ci',
      '--json',
      `--outputFile=${report}`,
      '--testLocationInResults',
      '--coverage=false',
    ],
    reportFile: 'report.json',
    read: readJestReport,
  }),
  mocha: (entry) => ({
    runner: 'mocha',
    command: 'node',
    args: (report) => [entry, '--reporter', 'json', '--reporter-option', `output=${report}`],
    reportFile: 'report.json',
    read: readMochaReport,
  }),
};

const pytestCommand: TestCommand = {
  runner: 'pytest',
  command: 'python3',
  args: (report) => [
    '-m',
    'pytest',
    '-q',
    '-p',
    'no:cacheprovider',
    `--junitxml=${report}`,
    '-o',
    'junit_family=xunit1',
  ],
  reportFile: 'report.xml',
  read: readJUnitReport,
};
const goCommand: TestCommand = {
  runner: 'go',
  command: 'go',
  args: () => ['test', '-json', './...'],
  read: readGoReport,
};
const cargoCommand: TestCommand = {
  runner: 'cargo',
  command: 'cargo',
  args: () => ['test', '--offline', '--no-fail-fast'],
  read: readCargoReport,
};

async function detectProgram(
  { runner }: SkillContext,
  program: string,
  command: TestCommand,
): Promise<DetectedRunner> {
  if ((await runner.which(program)) !== undefined) return { status: 'found', command };
  return { status: 'missing', reason: `The tests need ${program}, which was not found on the path.` };
}

async function detectPytest(context: SkillContext): Promise<DetectedRunner> {
  const found = await detectProgram(context, 'python3', pytestCommand);
  if (found.status !== 'found') return found;
  // `-I` keeps the folder's own modules out: nothing of it runs here.
  const { exitCode } = await context.runner.run({
    command: 'python3',
    args: ['-I', '-c', 'import pytest'],
    timeoutMs: 30_000,
    signal: context.signal,
  });
  return exitCode === 0
    ? found
    : {
        status: 'missing',
        reason: 'The tests are for pytest, which python3 does not have; run `pip install pytest` first.',
      };
}
