import { describe, expect, it } from 'vitest';
import { threatModel } from '../../../src/skills/security/threat-model.ts';
import { type FolderContent, reviewFolder } from '../../support/skill-context.ts';

interface Row {
  stride: string;
  entry: { path: string; line: number; name: string };
  sink: { path: string; line: number; name: string } | null;
  isChecked: boolean;
}

async function rowsOf(files: FolderContent): Promise<string[]> {
  const artifact = await reviewFolder(threatModel, files);
  expect(artifact).toMatchObject({ status: 'done', findings: [] });
  return (artifact.data['threats'] as unknown as Row[]).map(({ stride, entry, sink, isChecked }) =>
    [
      stride,
      `${entry.path}:${entry.line}`,
      sink === null ? '-' : `${sink.path}:${sink.line}`,
      isChecked ? 'checked' : 'open',
    ].join(' '),
  );
}

const APP = "import express from 'express';\nconst app = express();\n";

describe('threat-model', () => {
  it('sets a route against a command that gets a part of the request', async () => {
    const rows = await rowsOf({
      'a.js': `import { execSync } from 'node:child_process';\n${APP}app.get('/run', (req, res) => {\n  res.send(execSync(req.query.command));\n});\n`,
    });
    expect(rows).toEqual([
      'spoofing a.js:4 - open',
      'denial-of-service a.js:4 - open',
      'elevation-of-privilege a.js:4 a.js:5 open',
    ]);
  });

  it('sees a guard of the route and a check before the call', async () => {
    const rows = await rowsOf({
      'a.js': `import { readFile } from 'node:fs/promises';\n${APP}app.get('/file', requireAuth, async (req, res) => {\n  const name = assertSafe(req.query.name);\n  res.send(await readFile(req.query.name));\n});\n`,
    });
    expect(rows).toEqual([
      'spoofing a.js:4 - checked',
      'denial-of-service a.js:4 - open',
      'tampering a.js:4 a.js:6 checked',
      'information-disclosure a.js:4 a.js:6 checked',
    ]);
  });

  it('knows databases and queues that are loaded the CommonJS way', async () => {
    const rows = await rowsOf({
      'a.js':
        "const amqp = require('amqplib');\nconst { db } = require('./db.js');\nconst pg = require('pg');\nchannel.consume('orders', (message) => {\n  db.query('SELECT ' + message.content);\n});\n",
      'db.js': 'exports.db = {};\n',
    });
    expect(rows).toEqual(['tampering a.js:4 a.js:5 open', 'information-disclosure a.js:4 a.js:5 open']);
  });

  it('follows imports from the entry to the sink', async () => {
    const rows = await rowsOf({
      'main.js': "import { load } from './store.js';\nload(process.argv[2]);\n",
      'store.js':
        "import pg from 'pg';\nconst db = new pg.Client();\nexport const load = (id) => db.query('SELECT * FROM a WHERE id = ' + id);\n",
      'alone.js':
        "import { execSync } from 'node:child_process';\nexport const run = (text) => execSync(text);\n",
    });
    expect(rows).toEqual([
      'tampering main.js:2 store.js:3 open',
      'information-disclosure main.js:2 store.js:3 open',
    ]);
  });

  it('knows servers of Node, queues and the network', async () => {
    const artifact = await reviewFolder(threatModel, {
      'a.js':
        "import { createServer } from 'node:http';\ncreateServer(async (req, res) => {\n  res.end(await fetch(req.url));\n});\n",
      'b.js':
        "import amqp from 'amqplib';\nconst channel = await amqp.connect('x');\nchannel.consume('orders', (message) => message);\n",
    });
    expect(artifact.data['entries']).toMatchObject([
      { kind: 'http', path: 'a.js', line: 2 },
      { kind: 'queue', path: 'b.js', line: 3, name: 'orders' },
    ]);
    expect(artifact.data['sinks']).toMatchObject([
      { kind: 'network', path: 'a.js', line: 3, trust: 'request' },
    ]);
  });

  it('draws a flow in which no name of the repository is more than a label', async () => {
    const artifact = await reviewFolder(threatModel, {
      'a.js': `${APP}app.get('/x"] --> evil["', (req, res) => res.end());\n`,
    });
    const lines = String(artifact.data['mermaid']).split('\n');
    expect(lines[0]).toBe('flowchart LR');
    expect(lines).toHaveLength(4);
    expect(artifact.data['mermaid']).not.toContain('"] --> evil');
  });

  it.each([
    [
      'a call with fixed arguments',
      `import { execSync } from 'node:child_process';\n${APP}app.get('/a', (req, res) => res.send(execSync('ls')));\n`,
    ],
    [
      'a method of the same name on another object',
      `${APP}app.get('/a', (req, res) => res.send(list.find(req.query.id)));\n`,
    ],
    [
      'a map that is asked, no route',
      `${APP}const cache = new Map();\ncache.get('/a', () => 1);\napp.get('/a', (req, res) => res.end());\n`,
    ],
  ])('makes no row of %s', async (_title, text) => {
    expect((await rowsOf({ 'a.js': text })).filter((row) => !/^(?:spoofing|denial)/.test(row))).toEqual([]);
    expect((await rowsOf({ 'a.js': text })).filter((row) => row.startsWith('spoofing'))).toHaveLength(1);
  });

  it.each([
    [
      'a library without an entry',
      {
        'a.js':
          "import { execSync } from 'node:child_process';\nexport const run = (text) => execSync(text);\n",
      },
    ],
    ['an entry in a test', { 'test/a.test.js': `${APP}app.get('/a', (req, res) => res.end());\n` }],
    ['no source', { 'a.md': 'x\n' }],
  ])('is not applicable to %s', async (_title, files) => {
    expect(await reviewFolder(threatModel, files)).toMatchObject({ status: 'not-applicable' });
  });
});
