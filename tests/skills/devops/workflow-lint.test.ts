// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the texts under test, with the variables of other languages
import { describe, expect, it } from 'vitest';
import { workflowLint } from '../../../src/skills/devops/workflow-lint.ts';
import { placesOf, reviewFolder } from '../../support/skill-context.ts';

const PATH = '.github/workflows/ci.yml';
const lint = async (text: string, path = PATH): Promise<string[]> =>
  placesOf(await reviewFolder(workflowLint, { [path]: text }));
const job = (steps: string, head = 'on: push'): string =>
  `${head}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;

describe('workflow-lint: what it reports', () => {
  it.each([
    ['a workflow without a trigger', 'jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: ls\n', 1],
    ['a workflow without jobs', 'on: push\n', 1],
    ['jobs that are empty', 'on: push\njobs:\n', 2],
    ['a job without a runner', 'on: push\njobs:\n  a:\n    steps:\n      - run: ls\n', 3],
    ['a job without steps', 'on: push\njobs:\n  a:\n    runs-on: x\n', 3],
    ['a step that does nothing', job('      - name: nothing\n'), 6],
    ['a step that does two things', job('      - run: ls\n        uses: a/b@v1\n'), 6],
    ['a repeated step id', job('      - id: x\n        run: ls\n      - id: x\n        run: ls\n'), 8],
    [
      'a repeated key',
      'on: push\non: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: ls\n',
      2,
    ],
    ['broken indentation', 'on: push\njobs:\n  a:\n    runs-on: x\n   steps:\n      - run: ls\n', 5],
    ['an expression that is never closed', job('      - run: echo ${{ github.sha\n'), 6],
    ['a need that is no job', job('      - run: ls\n    needs: [build]\n'), 7],
    ['a tab as indentation', 'on: push\njobs:\n\ta: 1\n', 3],
    ['a text in place of a mapping', 'just a text\n', 1],
  ])('%s', async (_title, text, line) => {
    expect(await lint(text)).toContain(`workflow-syntax ${PATH}:${line}`);
  });

  it('jobs that wait for each other, with the way round', async () => {
    const steps = '    runs-on: x\n    steps:\n      - run: ls\n';
    const artifact = await reviewFolder(workflowLint, {
      [PATH]: `on: push\njobs:\n  a:\n    needs: b\n${steps}  b:\n    needs: [c]\n${steps}  c:\n    needs: a\n${steps}`,
    });
    expect(artifact.findings.map(({ message }) => message)).toEqual([
      'Jobs wait for each other: a → b → c → a.',
    ]);
  });

  it.each([
    ['an issue title', 'run: echo "${{ github.event.issue.title }}"', 6],
    ['a branch name', 'run: git checkout ${{ github.head_ref }}', 6],
    [
      'a pull request body in the second line',
      'run: |\n          echo start\n          echo ${{ github.event.pull_request.body }}',
      8,
    ],
    ['a comment in index form', "run: echo ${{ github.event['comment']['body'] }}", 6],
    ['any commit message', 'run: echo ${{ github.event.commits[0].message }}', 6],
    ['all commit messages', "run: echo ${{ join(github.event.commits.*.message, ', ') }}", 6],
    ['a fallback', 'run: echo ${{ github.event.inputs.ref || github.head_ref }}', 6],
    ['a formatted title', "run: echo ${{ format('{0}', github.event.issue.title) }}", 6],
    ['a whole event', 'run: echo ${{ toJSON(github.event) }}', 6],
    [
      'a github-script',
      'uses: actions/github-script@v7\n        with:\n          script: console.log("${{ github.event.issue.body }}")',
      8,
    ],
    [
      'a variable that is pasted back',
      'env:\n          TITLE: ${{ github.event.issue.title }}\n        run: echo ${{ env.TITLE }}',
      8,
    ],
  ])('script injection by %s', async (_title, step, line) => {
    expect(await lint(job(`      - ${step}\n`, 'on: issues'))).toEqual([`script-injection ${PATH}:${line}`]);
  });

  it.each([
    'a/b@main',
    'a/b@master',
    'a/b@refs/heads/x',
    'a/b/c@HEAD',
    'a/b',
    'docker://alpine',
    'docker://alpine:latest',
  ])('the moving action %s', async (uses) => {
    expect(await lint(job(`      - uses: ${uses}\n`))).toEqual([`unpinned-action ${PATH}:6`]);
  });

  it('a reusable workflow on a branch', async () => {
    expect(await lint('on: push\njobs:\n  a:\n    uses: o/r/.github/workflows/x.yml@main\n')).toEqual([
      `unpinned-action ${PATH}:4`,
    ]);
  });

  it('a token that may write everything, for the workflow and for a job', async () => {
    const text = job('      - run: ls\n    permissions: write-all\n', 'on: push\npermissions: write-all');
    expect(await lint(text)).toEqual([`broad-permissions ${PATH}:2`, `broad-permissions ${PATH}:8`]);
  });

  it.each([
    ['its commit', 'ref: ${{ github.event.pull_request.head.sha }}'],
    ['its branch', 'ref: ${{ github.head_ref }}'],
    ['its merge ref', 'ref: refs/pull/${{ github.event.number }}/merge'],
    ['its repository', 'repository: ${{ github.event.pull_request.head.repo.full_name }}'],
  ])('a checkout of a pull request by %s, with secrets', async (_title, setting) => {
    const text = job(
      `      - uses: actions/checkout@v4\n        with:\n          ${setting}\n`,
      'on:\n  pull_request_target:\n    types: [opened]',
    );
    expect(await lint(text)).toEqual([`untrusted-checkout ${PATH}:10`]);
  });

  it('a checkout by command', async () => {
    const text = job('      - run: |\n          gh pr checkout 12\n', 'on: [pull_request_target]');
    expect(await lint(text)).toEqual([`untrusted-checkout ${PATH}:7`]);
  });

  it('faults in a composite action', async () => {
    const text =
      'name: x\nruns:\n  using: composite\n  steps:\n    - run: echo ${{ github.head_ref }}\n      shell: bash\n    - uses: a/b@master\n';
    expect(await lint(text, 'tools/action.yml')).toEqual([
      'script-injection tools/action.yml:5',
      'unpinned-action tools/action.yml:7',
    ]);
  });

  it('an unlisted stage and an unknown need in a GitLab pipeline', async () => {
    const text =
      'stages: [build]\nb:\n  stage: build\n  script: make\nt:\n  stage: tset\n  needs: [c]\n  script: make test\n';
    expect(await lint(text, '.gitlab-ci.yml')).toEqual([
      'workflow-syntax .gitlab-ci.yml:6',
      'workflow-syntax .gitlab-ci.yml:7',
    ]);
  });
});

describe('workflow-lint: what it leaves alone', () => {
  it.each([
    [
      'a title passed through the environment',
      'env:\n          TITLE: ${{ github.event.issue.title }}\n        run: echo "$TITLE"',
    ],
    ['a title that is only searched', "run: echo ${{ contains(github.event.issue.title, 'x') }}"],
    ['a branch that is only compared', "run: echo ${{ github.head_ref == 'main' }}"],
    ['a branch that decides but does not come through', "run: echo ${{ github.head_ref && 'yes' || 'no' }}"],
    ['a negated branch', 'run: echo ${{ !github.head_ref }}'],
    ['a commit id', 'run: echo ${{ github.sha }} ${{ github.event.pull_request.head.sha }}'],
    ['a number', 'run: echo ${{ github.event.pull_request.number }}'],
    ['a dispatch input', 'run: echo ${{ github.event.inputs.version }} ${{ inputs.version }}'],
    [
      'a title as a plain input of an action',
      'uses: a/b@v1\n        with:\n          title: ${{ github.event.issue.title }}',
    ],
    ['a title in a condition', "if: github.event.issue.title != ''\n        run: ls"],
    ['a title in a string literal', "run: echo ${{ 'github.head_ref' }}"],
    [
      'an environment variable that replaces a tainted one',
      'env:\n          T: fixed\n        run: echo ${{ env.T }}',
    ],
    ['a version tag', 'uses: actions/checkout@v4'],
    ['a commit id as pin', 'uses: a/b@8f4b7f84864484a7bf31766abe9204da3cbe65b3'],
    ['a release branch that stands for a version', 'uses: pypa/gh-action-pypi-publish@release/v1'],
    ['a local action', 'uses: ./.github/actions/setup'],
    ['an image with a digest', `uses: docker://alpine@sha256:${'a'.repeat(64)}`],
    ['an image with a tag', 'uses: docker://ghcr.io/a/b:1.2'],
  ])('%s', async (_title, step) => {
    expect(await lint(job(`      - ${step}\n`, 'on: issues'))).toEqual([]);
  });

  it('narrow permissions', async () => {
    expect(await lint(job('      - run: ls\n', 'on: push\npermissions:\n  contents: write'))).toEqual([]);
    expect(await lint(job('      - run: ls\n', 'on: push\npermissions: read-all'))).toEqual([]);
  });

  it.each([
    ['of the base', 'pull_request_target', '${{ github.event.pull_request.base.sha }}', ''],
    ['under the plain trigger', 'pull_request', '${{ github.event.pull_request.head.sha }}', ''],
    [
      'of own branches only',
      'pull_request_target',
      '${{ github.head_ref }}',
      '\n    if: github.event.pull_request.head.repo.full_name == github.repository',
    ],
  ])('a checkout %s', async (_title, trigger, ref, condition) => {
    const text = `on: ${trigger}\njobs:\n  a:\n    runs-on: x${condition}\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          ref: ${ref}\n`;
    expect(await lint(text)).toEqual([]);
  });

  it('anchors, quoted `on`, list triggers and a reusable workflow without runner', async () => {
    const text =
      '"on": [push, pull_request]\nx-env: &env\n  A: 1\njobs:\n  a:\n    runs-on: x\n    env: *env\n    steps: &steps\n      - run: ls\n  b:\n    needs: a\n    runs-on: x\n    steps: *steps\n  c:\n    needs: [a, b]\n    uses: ./.github/workflows/other.yml\n';
    expect(await lint(text)).toEqual([]);
  });

  it('an action that is not composite', async () => {
    const artifact = await reviewFolder(workflowLint, {
      'action.yml': 'name: x\nruns:\n  using: node20\n  main: dist/index.js\n',
    });
    expect(artifact.status).toBe('not-applicable');
  });

  it('a GitLab pipeline with default stages, hidden jobs, and one whose rest is included', async () => {
    expect(
      await lint(
        '.base:\n  script: x\nt:\n  extends: .base\n  stage: test\np:\n  stage: .post\n  script: [a]\n',
        '.gitlab-ci.yml',
      ),
    ).toEqual([]);
    expect(await lint('include: x.yml\nt:\n  stage: lint\n  needs: [far]\n', '.gitlab-ci.yml')).toEqual([]);
  });
});

describe('workflow-lint: as a skill', () => {
  it('says that there is nothing to check', async () => {
    const artifact = await reviewFolder(workflowLint, { 'a.yml': 'a: 1\n' });
    expect(artifact).toMatchObject({ status: 'not-applicable', evidence: [] });
  });

  it('lists triggers, jobs and actions with evidence', async () => {
    const artifact = await reviewFolder(workflowLint, {
      [PATH]: job('      - uses: b/b@v1\n      - uses: a/a@v1\n      - run: ls\n'),
    });
    expect(artifact.data).toEqual({
      files: [
        {
          path: PATH,
          kind: 'github-workflow',
          triggers: ['push'],
          jobs: ['a'],
          steps: 3,
          uses: ['a/a@v1', 'b/b@v1'],
        },
      ],
    });
    expect(artifact.evidence).toMatchObject([{ type: 'location', path: PATH, line: 1, excerpt: 'on: push' }]);
  });

  it('survives alias bombs and deep nesting', async () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x]'];
    for (let index = 1; index < 12; index += 1)
      bomb.push(
        `b${index}: &b${index} [${'*a, '.replace('a', index === 1 ? 'a' : `b${index - 1}`).repeat(8)}]`,
      );
    const artifact = await reviewFolder(workflowLint, {
      [PATH]: `${bomb.join('\n')}\non: push\njobs: *b11\n`,
      '.github/workflows/deep.yml': `on: ${'['.repeat(20_000)}`,
    });
    expect(artifact.findings.map(({ rule }) => rule)).toContain('workflow-syntax');
  });
});
