import { describe, expect, it } from 'vitest';
import { diagrams } from '../../../src/skills/architect/diagrams.ts';
import { toMermaid } from '../../../src/skills/architect/mermaid.ts';
import { type FolderContent, reviewFolder } from '../../support/skill-context.ts';

interface Drawn {
  readonly level: string;
  readonly title: string;
  readonly mermaid: string;
  readonly nodes: { label: string; kind: string; path: string; line: number }[];
  readonly edges: { from: string; to: string; label: string; path: string; line: number }[];
}

async function draw(files: FolderContent): Promise<Drawn[]> {
  const { status, reason, data } = await reviewFolder(diagrams, files);
  if (status !== 'done') throw new Error(reason);
  return data['diagrams'] as unknown as Drawn[];
}

const MANIFEST = (name: string, dependencies: object = {}): string =>
  `${JSON.stringify({ name, version: '1.0.0', main: 'src/index.js', dependencies }, null, 2)}\n`;
const COMPOSE = `services:
  web:
    build: .
    depends_on: [mail]
    environment:
      DATABASE_URL: postgres://shop:word@db:5432/shop
      NAME: mailer
  db:
    image: postgres:17
  mail:
    image: axllent/mailpit:v1.21
`;

describe('diagrams: containers', () => {
  it('draws services, how they reach each other, and what they run', async () => {
    const [container] = await draw({
      'package.json': MANIFEST('shop'),
      Dockerfile: 'FROM node:24\n',
      'compose.yaml': COMPOSE,
    });
    expect(container?.nodes).toMatchObject([
      { label: 'shop', kind: 'container', path: 'package.json', line: 2 },
      { label: 'web', kind: 'container', path: 'compose.yaml', line: 2 },
      { label: 'db', kind: 'database', line: 8 },
      { label: 'mail', kind: 'container', line: 10 },
    ]);
    expect(container?.edges.map(({ from, to, label, line }) => [from, to, label, line])).toEqual([
      ['service:compose.yaml:web', 'package:package.json', 'runs', 2],
      ['service:compose.yaml:web', 'service:compose.yaml:db', 'address in DATABASE_URL', 6],
      ['service:compose.yaml:web', 'service:compose.yaml:mail', 'starts after', 4],
    ]);
    expect(container?.mermaid).toContain('n3[("db<br/>postgres:17")]');
    expect(container?.mermaid).toContain('n2 -->|"address in DATABASE_URL"| n3');
  });

  it('draws packages that use each other, and the stores they are clients of', async () => {
    const [container] = await draw({
      'packages/core/package.json': MANIFEST('core', { pg: '^8.0.0' }),
      'packages/web/package.json': MANIFEST('web', { core: '1.0.0', 'left-pad': '1.0.0' }),
    });
    expect(container?.nodes.map(({ label, kind }) => [label, kind])).toEqual([
      ['core', 'container'],
      ['web', 'container'],
      ['PostgreSQL', 'external'],
    ]);
    expect(container?.edges).toMatchObject([
      { from: 'package:packages/core/package.json', label: 'client pg', line: 6 },
      { from: 'package:packages/web/package.json', to: 'package:packages/core/package.json', label: 'uses' },
    ]);
  });

  it('draws no arrow for a word that only looks like a host', async () => {
    const compose =
      'services:\n  web:\n    image: web:1\n    environment:\n      - NOTE=the db is elsewhere\n  db:\n    image: postgres:17\n';
    const [container] = await draw({ 'docker-compose.yml': compose });
    expect(container?.edges).toEqual([]);
  });

  it('shows no password of an address', async () => {
    const artifact = await reviewFolder(diagrams, {
      'compose.yaml': COMPOSE.replaceAll('word@', 'Kx82hqPw91@'),
    });
    expect(JSON.stringify(artifact)).not.toContain('Kx82hqPw91');
  });
});

describe('diagrams: components', () => {
  const FILES: FolderContent = {
    'package.json': MANIFEST('shop'),
    'src/index.js': "import { sell } from './orders/index.js';\nsell();\n",
    'src/orders/index.js': "import { pay } from '../money/pay.js';\nexport const sell = () => pay();\n",
    'src/money/pay.js': 'export const pay = () => 1;\n',
    'test/a.test.js': "import '../src/index.js';\n",
  };

  it('draws folders with their imports, and cites a file for each', async () => {
    const components = (await draw(FILES)).find(({ level }) => level === 'component');
    expect(components).toMatchObject({
      title: 'shop',
      nodes: [
        { label: 'index.js', path: 'src/index.js' },
        { label: 'money', path: 'src/money/pay.js' },
        { label: 'orders', path: 'src/orders/index.js' },
      ],
      edges: [
        { from: 'index.js', to: 'orders', label: '1 import', path: 'src/index.js', line: 1 },
        { from: 'orders', to: 'money', path: 'src/orders/index.js', line: 1 },
      ],
    });
  });

  it('leaves out tests, and packages of one part', async () => {
    const all = await draw({
      'package.json': MANIFEST('shop'),
      'src/index.js': '1;\n',
      'test/a.test.js': '1;\n',
    });
    expect(all.map(({ level }) => level)).toEqual(['container']);
  });

  it('has evidence for every file that a node cites', async () => {
    const { evidence } = await reviewFolder(diagrams, FILES);
    const paths = evidence.map((one) => (one.type === 'location' ? one.path : ''));
    expect(paths).toEqual(expect.arrayContaining(['package.json', 'src/index.js', 'src/money/pay.js']));
  });
});

describe('diagrams: hostile and empty folders', () => {
  it('lets no label leave its quotes', () => {
    const mermaid = toMermaid({
      title: 'a"]\nclick n1 "javascript:alert(1)"',
      nodes: [
        { id: 'x', label: '"]; <script>', kind: 'container', detail: '`#quot;`', path: 'a', line: 1 },
        { id: 'y', label: 'y', kind: 'external', detail: '', path: 'a', line: 1 },
      ],
      edges: [{ from: 'x', to: 'y', label: '"| n9', path: 'a', line: 1 }],
    });
    expect(mermaid.split('\n')).toHaveLength(7);
    expect(mermaid).not.toMatch(/<script|^\s*click/m);
    expect(mermaid.match(/"/g)).toHaveLength(8);
  });

  it('is not applicable to a folder of texts', async () => {
    const artifact = await reviewFolder(diagrams, { 'a.md': '# A\n' });
    expect(artifact).toMatchObject({ status: 'not-applicable', data: {} });
  });

  it('gets over broken manifests and Compose files', async () => {
    const artifact = await reviewFolder(diagrams, {
      'package.json': '{',
      'compose.yaml': 'services: [\n',
      Dockerfile: '# none\n',
    });
    expect(['done', 'not-applicable']).toContain(artifact.status);
    expect(artifact.findings).toEqual([]);
  });
});
