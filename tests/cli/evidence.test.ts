/** Every piece of evidence in a whole report is opened again and must be what the report says. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandEvidence, DocumentEvidence, LocationEvidence } from '../../src/contracts/artifact.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { digestJson } from '../../src/shared/json.ts';
import { makeTwoRepositories, type TwoRepositories } from '../support/two-repositories.ts';
import { reviewFolder, tempFolder } from './support.ts';

const execute = promisify(execFile);
const LONG = 180_000;
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
/** Tests and examples would double the time and add nothing new. */
const LEFT_OUT = new Set([
  'node_modules',
  'dist',
  'coverage',
  '.git',
  'orchestrator-report',
  'tests',
  'examples',
]);
/** What only reads, so that it may be run again here. */
const READ_ONLY =
  /^(?:log|blame|rev-parse|rev-list|status|ls-files|show|cat-file|symbolic-ref|branch|config|diff|describe|tag|for-each-ref)$/;

function digestOf(bytes: string | Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

type Opened = { readonly digest: string; readonly lines: readonly string[] };

class Reopener {
  readonly problems: string[] = [];
  readonly counts = { location: 0, masked: 0, command: 0, document: 0 };
  readonly #root: string;
  readonly #report: Report;
  readonly #files = new Map<string, Promise<Opened | undefined>>();
  readonly #commands = new Map<string, Promise<string>>();

  constructor(root: string, report: Report) {
    this.#root = root;
    this.#report = report;
  }

  async all(): Promise<this> {
    for (const { artifacts } of this.#report.agents) {
      for (const { skill, status, findings, evidence } of artifacts) {
        if (status === 'done' && evidence.length === 0) this.problems.push(`${skill}: done without evidence`);
        for (const one of evidence) {
          if (one.type === 'location') await this.#location(skill, one as LocationEvidence);
          else if (one.type === 'command') await this.#command(skill, one as CommandEvidence);
          else this.#document(skill, one as DocumentEvidence);
        }
        for (const { rule, location, related } of findings) {
          await this.#location(rule, location as LocationEvidence);
          for (const place of related ?? []) await this.#location(rule, place as LocationEvidence);
        }
      }
    }
    return this;
  }

  #open(path: string): Promise<Opened | undefined> {
    const known = this.#files.get(path) ?? openFile(join(this.#root, path));
    this.#files.set(path, known);
    return known;
  }

  async #location(from: string, place: LocationEvidence): Promise<void> {
    this.counts.location += 1;
    const where = `${from} ${place.path}:${place.line}`;
    const file = await this.#open(place.path);
    if (file === undefined) return void this.problems.push(`${where}: there is no such file`);
    if (file.digest !== place.fileDigest) this.problems.push(`${where}: another digest`);
    const line = file.lines[place.line - 1];
    if (line === undefined) return void this.problems.push(`${where}: there is no such line`);
    if (place.endLine !== undefined && (place.endLine < place.line || place.endLine > file.lines.length))
      this.problems.push(`${where}: ends at line ${place.endLine} of ${file.lines.length}`);
    if (place.column !== undefined && place.column > line.length + 1)
      this.problems.push(`${where}: column ${place.column} of ${line.length}`);
    const shown = line.trim().slice(0, 200);
    if (place.masked !== true) {
      if (place.excerpt !== shown) this.problems.push(`${where}: the excerpt differs from the line`);
      return;
    }
    this.counts.masked += 1;
    const stars = place.excerpt.indexOf('********');
    // What is cut off at 200 characters may lie before the masked part.
    const prefix = stars < 0 ? place.excerpt : place.excerpt.slice(0, stars);
    if (!line.trim().startsWith(prefix)) this.problems.push(`${where}: the unmasked start differs`);
  }

  async #command(skill: string, { argv, outputDigest, exitCode }: CommandEvidence): Promise<void> {
    this.counts.command += 1;
    const [program, ...args] = argv;
    if (program !== 'git' && program?.endsWith('/git') !== true) return;
    if (!args.some((arg) => READ_ONLY.test(arg)))
      return void this.problems.push(`${skill}: ${argv.join(' ')} may not only read`);
    const key = JSON.stringify(argv);
    const again = this.#commands.get(key) ?? this.#runAgain(program, args);
    this.#commands.set(key, again);
    if ((await again) !== `${exitCode} ${outputDigest}`)
      this.problems.push(`${skill}: ${argv.join(' ')} gave ${await again}, not ${exitCode} ${outputDigest}`);
  }

  async #runAgain(program: string, args: readonly string[]): Promise<string> {
    try {
      const { stdout } = await execute(program, args, {
        cwd: this.#root,
        encoding: 'buffer',
        maxBuffer: 64 * 1024 * 1024,
        env: {
          PATH: process.env['PATH'],
          GIT_CONFIG_GLOBAL: '/dev/null',
          GIT_CONFIG_SYSTEM: '/dev/null',
          GIT_OPTIONAL_LOCKS: '0',
          LANG: 'C.UTF-8',
        },
      });
      return `0 ${digestOf(stdout)}`;
    } catch (error) {
      const { code, stdout } = error as { code?: number; stdout?: Buffer };
      return `${code} ${digestOf(stdout ?? '')}`;
    }
  }

  /** An artifact of this run, named by its id. */
  #document(skill: string, { id, digest }: DocumentEvidence): void {
    this.counts.document += 1;
    const artifact = this.#report.agents.flatMap(({ artifacts }) => artifacts).find((one) => one.id === id);
    if (artifact === undefined) return void this.problems.push(`${skill}: no artifact ${id}`);
    const candidates = [
      artifact.data,
      artifact.findings.map((finding) => finding.id),
      artifact.findings,
      artifact,
    ];
    if (!candidates.some((value) => digestJson(value as never) === digest))
      this.problems.push(`${skill}: artifact ${id} has another digest`);
  }
}

async function openFile(path: string): Promise<Opened | undefined> {
  try {
    const bytes = await readFile(path);
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    return { digest: digestOf(bytes), lines: text.split(/\r?\n/) };
  } catch {
    return undefined;
  }
}

describe('the evidence of a whole report', { timeout: LONG }, () => {
  let repositories: TwoRepositories;
  beforeAll(async () => {
    repositories = await makeTwoRepositories();
  }, LONG);
  afterAll(() => repositories.dispose());

  it.each([0, 1] as const)('opens again in made repository %i', async (index) => {
    const root = await realpath(repositories.roots[index]);
    const { problems, counts } = await new Reopener(root, await reviewFolder(root)).all();
    expect(problems).toEqual([]);
    expect(counts.location).toBeGreaterThan(10);
    // The second has no markers whose age git would be asked for, and no secret.
    if (index === 0) {
      expect(counts.command).toBeGreaterThan(0);
      expect(counts.masked).toBeGreaterThan(0);
    }
  });

  it('opens again in this project, in a copy that nobody edits meanwhile', async () => {
    await using folder = await tempFolder();
    await cp(PROJECT, folder.root, {
      recursive: true,
      filter: (path) => !LEFT_OUT.has(relative(PROJECT, path).split(sep)[0] ?? ''),
    });
    const { problems, counts } = await new Reopener(folder.root, await reviewFolder(folder.root)).all();
    expect(problems).toEqual([]);
    expect(counts.location).toBeGreaterThan(100);
  });

  it('is found wanting when a file has changed since', async () => {
    const root = await realpath(repositories.roots[1]);
    const report = await reviewFolder(root);
    const changed = structuredClone(report) as unknown as {
      agents: { artifacts: { findings: { location: { excerpt: string; fileDigest: string } }[] }[] }[];
    };
    for (const { artifacts } of changed.agents)
      for (const { findings } of artifacts)
        for (const { location } of findings) {
          location.excerpt += 'x';
          location.fileDigest = digestOf('another');
        }
    const { problems } = await new Reopener(root, changed as unknown as Report).all();
    expect(problems.length).toBeGreaterThan(2);
  });
});
