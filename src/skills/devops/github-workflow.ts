/** The checks of one GitHub workflow or composite action. */
import type { Node } from 'yaml';
import type { TextFile } from '../../contracts/workspace.ts';
import { findCycle } from '../../tasks/find-cycle.ts';
import { type FindingParts, locate } from '../kit/finding.ts';
import { findExpressions, flowingPaths, isUntrustedPath } from './expression.ts';
import { WORKFLOW_RULES } from './workflow-rules.ts';
import type { YamlDocument, YamlEntry } from './yaml-file.ts';

/** What a definition holds, for the artifact's data. */
export interface WorkflowFacts {
  readonly triggers: readonly string[];
  readonly jobs: readonly string[];
  readonly steps: number;
  readonly uses: readonly string[];
}

/** Steps looked at per file; aliases could otherwise multiply a small file into a huge one. */
const MAX_STEPS = 5_000;
/** Names that are branches by custom; any other ref without a digit may be a tag and is left alone. */
const BRANCHES = new Set([
  'main',
  'master',
  'develop',
  'dev',
  'trunk',
  'head',
  'mainline',
  'latest',
  'edge',
  'next',
  'canary',
]);
/** Triggers that run with secrets while the event comes from a stranger. */
const PRIVILEGED_TRIGGERS = ['pull_request_target', 'workflow_run'];

/** Lints a file of `.github/workflows`; findings are added to `parts`. */
export function lintGitHubWorkflow(
  file: TextFile,
  document: YamlDocument | undefined,
  parts: FindingParts[],
): WorkflowFacts {
  const lint = new GitHubLint(file, document, parts);
  lint.workflow();
  return lint.facts();
}

/** Lints an `action.yml`. Undefined when it is not a composite action (or no action at all). */
export function lintGitHubAction(
  file: TextFile,
  document: YamlDocument,
  parts: FindingParts[],
): WorkflowFacts | undefined {
  const runs = document.get(document.root, 'runs');
  if (document.text(document.get(runs, 'using')) !== 'composite') return undefined;
  const lint = new GitHubLint(file, document, parts);
  const steps = document.entry(runs, 'steps');
  if (steps !== undefined)
    lint.steps(steps, { env: new Set(), triggers: [], isGuarded: false, where: 'The action' });
  return lint.facts();
}

interface StepScope {
  /** Names of environment variables, in lower case, that hold a stranger's text. */
  readonly env: ReadonlySet<string>;
  readonly triggers: readonly string[];
  /** True when a condition keeps forks out. */
  readonly isGuarded: boolean;
  readonly where: string;
}

class GitHubLint {
  readonly #file: TextFile;
  readonly #document: YamlDocument | undefined;
  readonly #parts: FindingParts[];
  readonly #seen = new Set<string>();
  readonly #uses: string[] = [];
  #triggers: readonly string[] = [];
  #jobs: readonly string[] = [];
  #steps = 0;

  constructor(file: TextFile, document: YamlDocument | undefined, parts: FindingParts[]) {
    this.#file = file;
    this.#document = document;
    this.#parts = parts;
  }

  facts(): WorkflowFacts {
    return { triggers: this.#triggers, jobs: this.#jobs, steps: this.#steps, uses: this.#uses };
  }

  workflow(): void {
    const document = this.#document;
    const root = document?.root;
    if (document === undefined || !document.isMap(root)) {
      this.#report('syntax', 1, 'The workflow is not a mapping.');
      return;
    }
    const on = document.entry(root, 'on');
    if (
      on?.value === undefined ||
      (document.scalar(on.value) !== undefined && document.text(on.value) === undefined)
    ) {
      this.#report('syntax', on?.line ?? 1, 'The workflow has no trigger: `on` is missing or empty.');
    } else {
      this.#triggers = document.isMap(on.value)
        ? document.entries(on.value).map(({ key }) => key)
        : document.texts(on.value).map(({ text }) => text);
    }
    const jobs = document.entry(root, 'jobs');
    if (jobs === undefined || !document.isMap(jobs.value) || document.entries(jobs.value).length === 0) {
      this.#report('syntax', jobs?.line ?? 1, 'The workflow has no jobs: `jobs` is missing or empty.');
      return;
    }
    this.#permissions(root);
    const env = this.#taintedEnvironment(root, new Set());
    const entries = document.entries(jobs.value);
    this.#jobs = entries.map(({ key }) => key);
    for (const job of entries) this.#job(job, env);
    this.#needs(entries);
  }

  #job(job: YamlEntry, outerEnv: ReadonlySet<string>): void {
    const document = this.#document as YamlDocument;
    const where = `Job \`${job.key}\``;
    if (!document.isMap(job.value)) {
      this.#report('syntax', job.line, `${where} is not a mapping.`);
      return;
    }
    this.#permissions(job.value);
    const uses = document.entry(job.value, 'uses');
    if (uses !== undefined) {
      this.#action(uses.value, uses.line);
      return;
    }
    if (document.entry(job.value, 'runs-on') === undefined) {
      this.#report('syntax', job.line, `${where} has no \`runs-on\`, so that no runner can take it.`);
    }
    const steps = document.entry(job.value, 'steps');
    if (steps === undefined) {
      this.#report('syntax', job.line, `${where} has no \`steps\`.`);
      return;
    }
    this.steps(steps, {
      env: this.#taintedEnvironment(job.value, outerEnv),
      triggers: this.#triggers,
      isGuarded: this.#keepsForksOut(job.value),
      where,
    });
  }

  steps(steps: YamlEntry, scope: StepScope): void {
    const document = this.#document as YamlDocument;
    if (!document.isSeq(steps.value)) {
      this.#report('syntax', steps.line, `${scope.where} has \`steps\` that are not a list.`);
      return;
    }
    const ids = new Set<string>();
    for (const step of document.items(steps.value)) {
      if (this.#steps >= MAX_STEPS) return;
      this.#steps += 1;
      const line = document.lineOf(step);
      const run = document.entry(step, 'run');
      const uses = document.entry(step, 'uses');
      if (run === undefined && uses === undefined) {
        this.#report('syntax', line, `${scope.where} has a step with neither \`run\` nor \`uses\`.`);
        continue;
      }
      if (run !== undefined && uses !== undefined) {
        this.#report('syntax', line, `${scope.where} has a step with both \`run\` and \`uses\`.`);
      }
      const id = document.text(document.get(step, 'id'))?.toLowerCase();
      if (id !== undefined && ids.has(id))
        this.#report('syntax', line, `${scope.where} has two steps with the id \`${id}\`.`);
      if (id !== undefined) ids.add(id);
      const env = this.#taintedEnvironment(step, scope.env);
      const isGuarded = scope.isGuarded || this.#keepsForksOut(step);
      if (run !== undefined) this.#script(run.value, env, scope.triggers, isGuarded);
      if (uses === undefined) continue;
      this.#action(uses.value, uses.line);
      const name = document.text(uses.value) ?? '';
      const settings = document.get(step, 'with');
      if (/^actions\/github-script@/i.test(name))
        this.#script(document.get(settings, 'script'), env, [], true);
      if (/^actions\/checkout@/i.test(name) && !isGuarded) this.#checkout(settings, scope.triggers);
    }
  }

  /** A script whose expressions are pasted in before it runs. */
  #script(
    node: Node | undefined,
    env: ReadonlySet<string>,
    triggers: readonly string[],
    isGuarded: boolean,
  ): void {
    const document = this.#document as YamlDocument;
    const scalar = document.scalar(node);
    if (scalar?.range === undefined || scalar.range === null) return;
    const [start, end] = scalar.range;
    const source = this.#file.text.slice(start, end);
    for (const { offset, source: expression } of findExpressions(source)) {
      const line = document.lineAt(start + offset);
      if (expression === undefined) {
        this.#report('syntax', line, 'An expression is opened with `${{` and never closed.');
        continue;
      }
      const tainted = flowingPaths(expression).find(
        (path) => isUntrustedPath(path) || (path.startsWith('env.') && env.has(path.slice('env.'.length))),
      );
      if (tainted === undefined || this.#isRepeat(`injection:${start + offset}`)) continue;
      this.#report(
        'injection',
        line,
        `\`${tainted.replace(/\.\*\*$/, '')}\` is text from outside and is pasted into a script here.`,
        'Set it as an environment variable of the step under `env:` and use that variable, quoted, in the script.',
      );
    }
    if (isGuarded || !triggers.includes('pull_request_target')) return;
    const command = /\bgh pr checkout\b|\bgit fetch\b[^\n]{0,200}\bpull\/\S{1,200}\/(?:head|merge)\b/.exec(
      source,
    );
    if (command !== null) this.#reportCheckout(document.lineAt(start + command.index), 'pull_request_target');
  }

  #checkout(settings: Node | undefined, triggers: readonly string[]): void {
    const document = this.#document as YamlDocument;
    const trigger = PRIVILEGED_TRIGGERS.find((name) => triggers.includes(name));
    if (trigger === undefined) return;
    for (const key of ['ref', 'repository']) {
      const entry = document.entry(settings, key);
      const text = entry === undefined ? undefined : document.text(entry.value);
      if (text === undefined || entry === undefined) continue;
      const paths = findExpressions(text).flatMap(({ source }) => flowingPaths(source ?? ''));
      const isHead = paths.some((path) =>
        trigger === 'workflow_run'
          ? /^github\.event\.workflow_run\.(?:head_sha|head_branch|head_commit\.id|head_repository\.full_name)$/.test(
              path,
            )
          : /^github\.event\.pull_request\.head\.(?:sha|ref|label|repo\.full_name)$|^github\.head_ref$/.test(
              path,
            ),
      );
      const isPullRef =
        trigger === 'pull_request_target' && /^refs\/pull\/.*\/(?:head|merge)$/.test(text.trim());
      if (isHead || isPullRef) {
        this.#reportCheckout(entry.line, trigger);
        return;
      }
    }
  }

  #reportCheckout(line: number, trigger: string): void {
    if (this.#isRepeat(`checkout:${line}`)) return;
    this.#report(
      'checkout',
      line,
      `The workflow runs on \`${trigger}\`, with the repository's secrets, and checks out code that a stranger wrote.`,
      'Check out the base, or do the work in a `pull_request` workflow that has no secrets.',
    );
  }

  #action(node: Node | undefined, line: number): void {
    const document = this.#document as YamlDocument;
    const name = document.text(node);
    if (name === undefined) {
      this.#report('syntax', line, '`uses` is empty.');
      return;
    }
    this.#uses.push(name);
    if (name.startsWith('./') || name.startsWith('../') || name.includes('${{')) return;
    if (this.#isRepeat(`uses:${line}`)) return;
    if (name.startsWith('docker://')) {
      const image = name.slice('docker://'.length);
      const tag = /:([^:/@]+)$/.exec(image)?.[1];
      if (!image.includes('@') && (tag === undefined || tag === 'latest')) {
        this.#report(
          'unpinned',
          line,
          `The image \`${image}\` has no fixed tag.`,
          'Name a version tag or a digest.',
        );
      }
      return;
    }
    const at = name.lastIndexOf('@');
    const ref = at === -1 ? '' : name.slice(at + 1);
    if (ref === '') {
      this.#report(
        'unpinned',
        line,
        `\`${name}\` names no version.`,
        'Add `@` and a commit id or a version tag.',
      );
    } else if (BRANCHES.has(ref.toLowerCase()) || ref.startsWith('refs/heads/')) {
      this.#report(
        'unpinned',
        line,
        `\`${name}\` follows the branch \`${ref}\`.`,
        'Use a commit id or a version tag.',
      );
    }
  }

  #permissions(owner: Node | undefined): void {
    const document = this.#document as YamlDocument;
    const entry = document.entry(owner, 'permissions');
    if (entry === undefined || document.text(entry.value) !== 'write-all') return;
    this.#report(
      'permissions',
      entry.line,
      'The token of this workflow may write everything.',
      'List the scopes that are needed.',
    );
  }

  /** Names of variables set here or outside whose value holds a stranger's text. */
  #taintedEnvironment(owner: Node | undefined, outer: ReadonlySet<string>): ReadonlySet<string> {
    const document = this.#document as YamlDocument;
    const names = new Set(outer);
    for (const { key, value } of document.entries(document.get(owner, 'env'))) {
      const text = document.text(value) ?? '';
      const isTainted = findExpressions(text).some(({ source }) =>
        flowingPaths(source ?? '').some(isUntrustedPath),
      );
      if (isTainted) names.add(key.toLowerCase());
      else names.delete(key.toLowerCase());
    }
    return names;
  }

  /** True for a condition that lets only branches of this very repository through. */
  #keepsForksOut(owner: Node | undefined): boolean {
    const document = this.#document as YamlDocument;
    const condition = (document.text(document.get(owner, 'if')) ?? '').replace(/\s+/g, ' ');
    const head = String.raw`github\.event\.(?:pull_request\.head\.repo|workflow_run\.head_repository)\.full_name`;
    return new RegExp(`${head} == github\\.repository\\b|github\\.repository == ${head}`).test(condition);
  }

  #needs(jobs: readonly YamlEntry[]): void {
    const document = this.#document as YamlDocument;
    const names = new Map(jobs.map(({ key }) => [key.toLowerCase(), key]));
    const edges = new Map<string, readonly string[]>();
    for (const job of jobs) {
      const needs = document.texts(document.get(job.value, 'needs'));
      edges.set(
        job.key.toLowerCase(),
        needs.map(({ text }) => text.toLowerCase()).filter((text) => names.has(text)),
      );
      for (const { text, line } of needs) {
        if (!names.has(text.toLowerCase()))
          this.#report('syntax', line, `Job \`${job.key}\` needs \`${text}\`, which is no job of this file.`);
      }
    }
    const cycle = findCycle(edges);
    if (cycle === undefined) return;
    const first = jobs.find(({ key }) => key.toLowerCase() === cycle[0]);
    const path = cycle.map((name) => names.get(name) ?? name).join(' → ');
    this.#report('syntax', first?.line ?? 1, `Jobs wait for each other: ${path}.`);
  }

  #isRepeat(key: string): boolean {
    if (this.#seen.has(key)) return true;
    this.#seen.add(key);
    return false;
  }

  #report(rule: keyof typeof WORKFLOW_RULES, line: number, message: string, suggestion?: string): void {
    const location = locate(this.#file, line);
    this.#parts.push({
      rule: WORKFLOW_RULES[rule],
      message,
      location,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }
}
