import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository } from '../../src/process/git-repository.ts';
import { createProgramRunner } from '../../src/process/program-runner.ts';

export interface TwoRepositories {
  /** The first has something of everything, the second is another program with other faults. */
  readonly roots: readonly [string, string];
  dispose(): Promise<void>;
}

const SECRET = ['ghp', 'Zk3Qw9Lx7Vb2Nm5Rt8Yp1Sd4Fg6Hj0KcAeUi'].join('_');

const FIRST: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    name: 'first',
    version: '1.0.0',
    type: 'module',
    main: 'src/main.js',
    scripts: { test: 'node --test' },
    dependencies: { express: '^5.0.0', lodash: '^4.17.0' },
  }),
  'README.md':
    '# First\n\n## Install\n\nRun `npm install`, then `npm run deploy`.\n\n## Configure\n\nSet `PORT`. See [the guide](docs/guide.md) and [usage](#usage-of-it).\n\n## License\n\nMIT\n',
  'src/main.js':
    "import express from 'express';\nimport axios from 'axios';\nimport { run } from './run.js';\n\nexport function main(app = express()) {\n  debugger;\n  app.get('/', (request, response) => response.send(run(request.query.dir)));\n  return axios.get('/');\n}\nmain();\n",
  'src/run.js':
    "import { execSync } from 'node:child_process';\nimport { createHash } from 'node:crypto';\nimport { label } from './label.js';\n\nexport function run(dir) {\n  let names = '';\n  try {\n    names = label(execSync('ls ' + dir));\n  } catch {}\n  log(names);\n}\n\nfunction log(names) {\n  process.stdout.write(names);\n}\n\nexport function hashPassword(password) {\n  return createHash('md5').update(password).digest('hex');\n}\n\nexport const unused = 1;\n",
  'src/label.js': `import { run } from './run.js';\n\n// TODO tell folders from files\nexport function label(text) {\n  return text === undefined ? run('.') : String(text);\n}\n\nexport const token = '${SECRET}';\n`,
  'test/main.test.js':
    "import { test, it } from 'node:test';\nimport assert from 'node:assert';\nimport { label } from '../src/label.js';\n\ntest('labels', () => {\n  assert.equal(label('a'), 'a');\n});\ntest.skip('skipped', () => {\n  assert.ok(label('b'));\n});\nit.only('focused', () => {\n  assert.ok(label('c'));\n});\ntest('proves nothing', () => {\n  label('d');\n});\n",
  '.github/workflows/ci.yml':
    'on: [issues]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@main\n      - run: echo "${{ github.event.issue.title }}"\n',
  Dockerfile: 'FROM node:latest\nCOPY package.json .\nCMD ["node", "src/main.js"]\n',
  'k8s/first.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata: { name: first }\nspec:\n  hostNetwork: true\n  containers:\n    - name: first\n      image: first:latest\n',
  'tools/requirements.txt': 'flask==3.0.3\n',
  'scripts/limit.ts': "const limit: number = 'three';\nconsole.log(limit);\n",
  'db/schema.sql':
    'CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);\nCREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id));\n',
  'data/customers.csv': 'id,name,city\n1,Ada,Paris\n2,Bob\n2,Cyd,Rome\n',
};

const SECOND: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    name: 'second',
    version: '2.0.0',
    main: 'index.js',
    dependencies: { chalk: '^5.0.0' },
  }),
  'README.md': '# Second\n\nA tool that prints colours. [Missing](nowhere.md).\n',
  'index.js':
    "const chalk = require('chalk');\n\nfunction paint(name) {\n  if (name === name) return chalk.red(name);\n  return eval(name);\n}\n\nmodule.exports = { paint };\n",
  'docker-compose.yml': 'services:\n  tool:\n    image: alpine\n    privileged: true\n',
  'colours.json': '[{"id": 1, "name": "red"}, {"id": 1, "name": "blue"}]\n',
};

/** Makes both with a git history of two commits, 200 days apart. */
export async function makeTwoRepositories(): Promise<TwoRepositories> {
  const parent = await mkdtemp(join(tmpdir(), 'two-'));
  const roots = [join(parent, 'first'), join(parent, 'second')] as const;
  for (const [index, files] of [FIRST, SECOND].entries()) {
    const root = roots[index] as string;
    await mkdir(root, { recursive: true });
    const runner = createProgramRunner({ root, allow: ['git'] });
    const author = { name: 'Ada Example', email: 'ada@example.com' };
    await createRepository(runner, root, [
      { message: 'Start', time: Date.UTC(2025, 0, 10), author, files },
      {
        message: 'Note',
        time: Date.UTC(2025, 6, 29),
        author: { name: 'Bob Example', email: 'bob@example.com' },
        files: { 'NOTES.txt': 'Later.\n' },
      },
    ]);
  }
  return { roots, dispose: () => rm(parent, { recursive: true, force: true }) };
}
