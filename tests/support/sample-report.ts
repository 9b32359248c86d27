/** Reports for tests: one that real skills make of a folder with faults, and ones made of given findings. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Artifact, Finding, LocationEvidence, Severity } from '../../src/contracts/artifact.ts';
import type { AnySkill } from '../../src/contracts/skill.ts';
import type { Workspace } from '../../src/contracts/workspace.ts';
import type { AgentRun } from '../../src/report/agent-run.ts';
import { buildReport } from '../../src/report/build-report.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { digestOf } from '../../src/shared/json.ts';
import { systemClock } from '../../src/shared/time.ts';
import { runSkill } from '../../src/skills/kit/run-skill.ts';
import { openWorkspace } from '../../src/workspace/open-workspace.ts';
import { createSkillContext } from './skill-context.ts';

const DIGEST = digestOf('a file of the test');

/** A secret in the faulty folder; no report may show it. */
export const SAMPLE_SECRET = 'ghp_Zq8vLw2nTb6yRk4mXc9sHd1fJg7pAe3uVi5o';
export const SAMPLE_PASSWORD = 'tr0ub4dor-and-3-horses';

/** A small shop with faults for each agent. */
export const FAULTY_SHOP: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    name: 'faulty-shop',
    version: '1.0.0',
    type: 'module',
    main: 'src/server.ts',
    scripts: { start: 'node src/server.ts' },
    dependencies: { zod: '^4.0.0' },
  }),
  'README.md': '# Faulty shop\n\nStart it with `npm run launch`, see [the guide](docs/guide.md#nowhere).\n',
  'src/server.ts':
    "import { exec } from 'node:child_process';\nimport { createServer } from 'node:http';\nimport { cart } from './cart.ts';\n\ncreateServer((request, response) => {\n  const { searchParams } = new URL(request.url ?? '/', 'http://shop');\n  exec(`convert ${searchParams.get('image')} out.png`);\n  response.end(String(cart(searchParams.get('id'))));\n}).listen(8080);\n",
  'src/cart.ts':
    "import { price } from './price.ts';\n\nexport function cart(id: string | null): number {\n  try {\n    return price(id ?? '');\n  } catch {}\n  return 0;\n}\n\nexport function neverUsed(): void {}\n",
  'src/price.ts':
    "import { cart } from './cart.ts';\n\nexport const price = (id: string): number => (id === '' ? cart(id) : id.length);\n",
  'src/settings.ts': `// tokens\nexport const token = '${SAMPLE_SECRET}';\nexport const again = 'see ${SAMPLE_SECRET}';\nexport const password = '${SAMPLE_PASSWORD}';\nexport const limit = 3;\n`,
  Dockerfile: 'FROM node:latest\nADD . /app\nRUN curl http://example.org/x.sh | sh\nCMD npm start\n',
  '.github/workflows/ci.yml':
    'name: ci\non: pull_request_target\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@main\n      - run: echo "${{ github.event.pull_request.title }}"\n',
  'data/customers.csv':
    'id,name,age,city\n1,Ada,36,London\n2,Grace,,New York\n2,Linus,abc,Helsinki\n4,Barbara,52,\n',
  'db/schema.sql':
    'create table orders (id integer primary key, customer_id integer references customers(id), total real);\ncreate table customers (id integer primary key, name text);\n',
};

const TEAM: readonly (readonly [
  name: string,
  description: string,
  load: () => Promise<readonly AnySkill[]>,
])[] = [
  ['PMAgent', 'Breaks work down into tasks with an order, sets priorities and names risks.', async () => []],
  [
    'ArchitectAgent',
    'Maps the modules of a repository, its stack, import cycles and coupling.',
    async () => (await import('../../src/skills/architect/index.ts')).architectSkills,
  ],
  [
    'DevAgent',
    'Reviews code for errors, dead code and slips that a careful reader would catch.',
    async () => (await import('../../src/skills/dev/index.ts')).devSkills,
  ],
  ['QAAgent', 'Reviews the tests of a repository and finds what no test reaches.', async () => []],
  [
    'SecurityAgent',
    'Looks for secrets in files and for code that lets an attacker in.',
    async () => (await import('../../src/skills/security/index.ts')).securitySkills,
  ],
  [
    'DocsAgent',
    'Checks links, anchors, commands and the documentation of public names.',
    async () => (await import('../../src/skills/docs/index.ts')).docsSkills,
  ],
  [
    'ResearchAgent',
    'Answers from the repository with citations, and knows the dependencies.',
    async () => (await import('../../src/skills/research/index.ts')).researchSkills,
  ],
  [
    'DevOpsAgent',
    'Checks CI workflows, container files and compose files for faults and risks.',
    async () => (await import('../../src/skills/devops/index.ts')).devopsSkills,
  ],
  [
    'DataAgent',
    'Profiles data files, infers their schemas and runs the database schema on a real database.',
    async () => (await import('../../src/skills/data/index.ts')).dataSkills,
  ],
];

/** Runs the real skills of the team over a folder. PM has nothing to do here and QA fails, so that a report has both. */
export async function reviewWithSkills(
  root: string,
  options: { include?: readonly string[] } = {},
): Promise<Report> {
  const workspace = await openWorkspace(root, options);
  const startedAt = Date.now();
  const context = createSkillContext(workspace, { clock: systemClock });
  const agents: AgentRun[] = [];
  const skills: AnySkill[] = [];
  for (const [name, description, load] of TEAM) {
    const startedAtMs = Date.now() - startedAt;
    const own = await load();
    skills.push(...own);
    const artifacts: Artifact[] = [];
    for (const skill of own) artifacts.push(await runSkill(skill, {}, context, { agent: name }));
    agents.push({
      name,
      description,
      ...endOf(name, artifacts),
      startedAtMs,
      durationMs: Date.now() - startedAt - startedAtMs,
      artifacts,
    });
  }
  const finishedAt = Date.now();
  const { signal } = context;
  return buildReport({
    workspace,
    agents,
    skills,
    gateSeverity: 'error',
    version: '0.1.0',
    startedAt,
    finishedAt,
    signal,
  });
}

function endOf(name: string, artifacts: readonly Artifact[]): Pick<AgentRun, 'status' | 'reason'> {
  if (name === 'QAAgent')
    return { status: 'failed', reason: 'The test runner could not be started: spawn ENOENT' };
  if (artifacts.some(({ status }) => status === 'done')) return { status: 'done', reason: null };
  const reasons = artifacts.map(({ skill, reason }) => `${skill}: ${reason}`).join('; ');
  return { status: 'not-applicable', reason: reasons || `${name} has no skill for planning tasks.` };
}

/** A folder with the given files; remove it with what comes back. */
export async function temporaryFolder(
  files: Readonly<Record<string, string>> = {},
): Promise<{ readonly root: string; readonly remove: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'report-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}

export function location(path: string, line: number, rest: Partial<LocationEvidence> = {}): LocationEvidence {
  return { type: 'location', path, line, fileDigest: DIGEST, excerpt: `line ${line}`, ...rest };
}

export function finding(id: string, severity: Severity, rest: Partial<Finding> = {}): Finding {
  return {
    id,
    rule: 'some-rule',
    severity,
    message: `Message of ${id}.`,
    location: location('src/a.ts', 1),
    ...rest,
  };
}

/** An artifact that is done, unless `rest` says otherwise. */
export function artifactOf(findings: readonly Finding[], rest: Partial<Artifact> = {}): Artifact {
  return {
    schemaVersion: 1,
    id: 'some-skill-0123456789',
    kind: 'some-skill',
    title: 'Some skill',
    agent: 'SecurityAgent',
    skill: 'some-skill',
    status: 'done',
    summary: 'It looked.',
    data: {},
    findings,
    evidence: [location('src/a.ts', 1)],
    durationMs: 12,
    ...rest,
  };
}

export function agentOf(artifacts: readonly Artifact[], rest: Partial<AgentRun> = {}): AgentRun {
  return {
    name: 'SecurityAgent',
    description: 'Looks for secrets.',
    status: 'done',
    reason: null,
    startedAtMs: 0,
    durationMs: 20,
    artifacts,
    ...rest,
  };
}

/** A workspace that holds the given texts in memory. */
function workspaceWith(files: Readonly<Record<string, string>>, name = 'repository'): Workspace {
  const texts = new Map(Object.entries(files));
  return {
    root: '/nowhere',
    name,
    list: async () => ({
      files: [...texts].map(([path, text]) => ({ path, size: text.length, language: 'typescript' })),
      skipped: [],
      skippedCount: 0,
      isTruncated: false,
    }),
    read: async (path) => {
      const text = texts.get(path);
      return text === undefined ? undefined : { path, text, lines: text.split('\n'), digest: digestOf(text) };
    },
    git: async () => undefined,
    memo: (_key, make) => make(),
  };
}

/** A report of given agents over a workspace in memory. */
export async function reportOf(
  agents: readonly AgentRun[],
  {
    files = { 'src/a.ts': 'const a = 1;\n' },
    name,
    skills = [],
    gateSeverity = 'error',
    finishedAt = 1_700_000_001_500,
    ...known
  }: {
    readonly files?: Readonly<Record<string, string>>;
    readonly name?: string;
    readonly skills?: readonly AnySkill[];
    readonly gateSeverity?: Severity;
    readonly finishedAt?: number;
  } & Pick<Parameters<typeof buildReport>[0], 'earlier' | 'baseline' | 'gateNewOnly'> = {},
): Promise<Report> {
  return buildReport({
    workspace: workspaceWith(files, name),
    agents,
    skills,
    gateSeverity,
    version: '0.1.0',
    startedAt: 1_700_000_000_000,
    finishedAt,
    ...known,
    signal: new AbortController().signal,
  });
}
