import { describe, expect, it } from 'vitest';
import { userGuide } from '../../../src/skills/docs/user-guide.ts';
import { type FolderContent, placesOf, reviewFolder } from '../../support/skill-context.ts';

const MANIFEST = (more: object = {}): string =>
  `${JSON.stringify({ name: 'tool', version: '1.0.0', type: 'module', main: 'src/index.js', ...more }, null, 2)}\n`;
const outline = (files: FolderContent) => reviewFolder(userGuide, files);
const gapsOf = async (files: FolderContent): Promise<string[]> => placesOf(await outline(files));

describe('user-guide', () => {
  it('lists commands, scripts, settings and exports with their places and descriptions', async () => {
    const { data, status } = await outline({
      'package.json': MANIFEST({
        bin: { paint: './src/cli.js' },
        scripts: { start: 'node src/cli.js', prestart: 'x' },
      }),
      'README.md':
        '# Tool\n\nRun `paint red` to paint, or `npm start`.\n\n| `TOOL_COLOUR` | the colour |\n| - | - |\n',
      'src/index.js': '/** Paints a wall. */\nexport function paint(colour) {\n  return colour;\n}\n',
      'src/cli.js': "import { paint } from './index.js';\npaint(process.env.TOOL_COLOUR);\n",
    });
    expect(status).toBe('done');
    expect(data).toMatchObject({
      sections: [
        {
          title: 'Commands',
          items: [
            {
              name: 'paint',
              path: 'package.json',
              line: 7,
              runs: './src/cli.js',
              describedAt: { path: 'README.md', line: 3 },
            },
          ],
        },
        {
          title: 'Scripts',
          items: [{ name: 'start', line: 10, describedAt: { path: 'README.md', line: 3 } }],
        },
        {
          title: 'Settings',
          items: [
            {
              name: 'TOOL_COLOUR',
              path: 'src/cli.js',
              line: 2,
              description: '| `TOOL_COLOUR` | the colour |',
            },
          ],
        },
        {
          title: 'Programming interface',
          items: [{ name: 'paint', path: 'src/index.js', line: 2, description: 'Paints a wall.' }],
        },
      ],
      gaps: [],
    });
  });

  it('names what nothing describes and invents nothing for it', async () => {
    const artifact = await outline({
      'package.json': MANIFEST({ bin: './src/index.js' }),
      'README.md': '# Something\n\nA program.\n',
      'src/index.js': "export function paint() {\n  return process.env['WALL_COLOUR'];\n}\n",
    });
    expect(placesOf(artifact)).toEqual(['guide-gap package.json:6', 'guide-gap src/index.js:2']);
    expect(artifact.data['gaps']).toContain('function paint src/index.js:1');
    const [section] = artifact.data['sections'] as { items: { description: unknown }[] }[];
    expect(section?.items[0]?.description).toBeNull();
  });

  it('finds settings that are taken apart, and those of Python', async () => {
    const gaps = await gapsOf({
      'package.json': MANIFEST(),
      'src/index.js':
        'const { WALL_SIZE, WALL_COLOUR: colour } = process.env;\nconsole.log(WALL_SIZE, colour);\n',
      'tool.py':
        "import os\na = os.environ['PY_ONE']\nb = os.environ.get('PY_TWO', '1')\nc = os.getenv('PY_THREE')\n",
    });
    expect(gaps).toEqual([
      'guide-gap src/index.js:1',
      'guide-gap src/index.js:1',
      'guide-gap tool.py:2',
      'guide-gap tool.py:3',
      'guide-gap tool.py:4',
    ]);
  });

  it.each([
    ['a comment in an example file', { '.env.example': '# The colour of the wall\nWALL_COLOUR=red\n' }],
    ['a comment behind the value', { '.env.example': 'WALL_COLOUR=red # of the wall\n' }],
    ['an example file that only lists it', { '.env.example': 'WALL_COLOUR=red\n' }],
    ['a page', { 'docs/settings.md': '- `WALL_COLOUR`: of the wall\n' }],
    ['a shell block', { 'README.md': '```sh\nWALL_COLOUR=red node .\n```\n' }],
  ])('takes a setting for described by %s', async (_what, files) => {
    const base = { 'package.json': MANIFEST(), 'src/index.js': 'console.log(process.env.WALL_COLOUR);\n' };
    expect(await gapsOf({ ...base, ...files } as FolderContent)).toEqual([]);
  });

  it.each([
    ['of the system', 'console.log(process.env.PATH, process.env.NODE_ENV);\n'],
    ['that are only set', "process.env.WALL_COLOUR = 'red';\ndelete process.env.WALL_COLOUR;\n"],
    ['of another object', 'const env = { A_B: 1 };\nconsole.log(env.A_B);\n'],
  ])('takes no notice of variables %s', async (_what, text) => {
    expect(await gapsOf({ 'package.json': MANIFEST({ scripts: { a: 'b' } }), 'src/index.js': text })).toEqual(
      [],
    );
  });

  it('takes no notice of what tests read, and of exports that are not published', async () => {
    const gaps = await gapsOf({
      'package.json': MANIFEST({ scripts: { test: 'node --test' } }),
      'src/index.js': "import { inner } from './inner.js';\ninner();\n",
      'src/inner.js': 'export function inner() {}\n',
      'test/a.test.js': 'console.log(process.env.WALL_COLOUR);\n',
    });
    expect(gaps).toEqual([]);
  });

  it('finds the comment of a declaration that is exported elsewhere', async () => {
    const gaps = await gapsOf({
      'package.json': MANIFEST(),
      'src/index.js':
        '/**\n * Paints.\n *\n * @param {string} a\n */\nfunction paint(a) {\n  return a;\n}\n\nexport { paint };\n',
    });
    expect(gaps).toEqual([]);
  });

  it('gathers the gaps of a program that describes nothing', async () => {
    const names = Array.from(
      { length: 30 },
      (_unused, index) => `console.log(process.env.WALL_${index});\n`,
    ).join('');
    const artifact = await outline({ 'package.json': MANIFEST(), 'src/index.js': names });
    expect(artifact.findings).toHaveLength(1);
    expect(artifact.data['gaps']).toHaveLength(30);
  });

  it('is not applicable to a folder of texts', async () => {
    expect((await outline({ 'a.md': '# A\n' })).status).toBe('not-applicable');
    expect((await outline({ 'package.json': '{}\n' })).status).toBe('not-applicable');
  });
});
