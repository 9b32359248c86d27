import { describe, expect, it } from 'vitest';
import { codeScan } from '../../../src/skills/security/code-scan.ts';
import { placesOf, reviewFolder } from '../../support/skill-context.ts';

const scan = async (text: string, path = 'src/a.ts'): Promise<string[]> =>
  placesOf(await reviewFolder(codeScan, { [path]: text }));
/** Template literals of the code under test, written without the dollar sign that this file's own would need. */
const code = (text: string): string => text.replaceAll('§', '$');

describe('commands', () => {
  it.each<[what: string, text: string]>([
    [
      'a template with a parameter',
      "import { exec } from 'node:child_process';\nexport const run = (name) => exec(`ls §{name}`);",
    ],
    [
      'a concatenation',
      "import { execSync } from 'child_process';\nexport function run(name: string) { execSync('git log ' + name); }",
    ],
    [
      'an alias of a named import',
      "import { exec as run } from 'node:child_process';\nexport const f = (a) => run('x ' + a);",
    ],
    [
      'the default import',
      "import cp from 'node:child_process';\nexport const f = (a) => cp.execSync(`x §{a}`);",
    ],
    ['the namespace', "import * as cp from 'child_process';\nexport const f = (a) => cp.exec(`x §{a}`);"],
    ['a required module', "const cp = require('child_process');\nmodule.exports = (a) => cp.exec('x ' + a);"],
    [
      'a name taken out of a required module',
      "const { exec: go } = require('node:child_process');\nmodule.exports = (a) => go('x ' + a);",
    ],
    ['an inline require', "\nmodule.exports = (a) => require('child_process').execSync('x ' + a);"],
    [
      'a dynamic import',
      "export const f = async (a) => { const { exec } = await import('node:child_process');\nexec('x ' + a); };",
    ],
    [
      'a promisified one',
      "import { exec } from 'child_process'; import { promisify } from 'util'; const execAsync = promisify(exec);\nexport const f = (a) => execAsync(`x §{a}`);",
    ],
    [
      'a command made before',
      "import { exec } from 'child_process'; export function f(a) { const command = `x §{a}`;\nexec(command, () => {}); }",
    ],
    [
      'a command added to',
      "import { exec } from 'child_process'; export function f(a) { let command = 'x'; command += ' ' + a;\nexec(command); }",
    ],
    [
      'spawn with a shell',
      "import { spawn } from 'child_process';\nexport const f = (a) => spawn('x ' + a, { shell: true });",
    ],
    [
      'spawn with a shell and a list',
      "import { spawn } from 'child_process';\nexport const f = (a) => spawn('x', [a], { shell: true });",
    ],
    [
      'a shell called by name',
      "import { spawn } from 'child_process';\nexport const f = (a) => spawn('sh', ['-c', `x §{a}`]);",
    ],
    ['the command line', "import { execSync } from 'child_process';\nexecSync(`rm -rf §{process.argv[2]}`);"],
    [
      'a request',
      "import { exec } from 'child_process'; app.get('/', (req, res) => {\nexec('ping ' + req.query.host); });",
    ],
    [
      'a private helper that one caller gives a parameter',
      "import { execSync } from 'child_process'; function run(c) {\nreturn execSync(c); }\nexport const f = (a) => run('x ' + a); run('ls');",
    ],
  ])('reports %s', async (_what, text) => {
    expect(await scan(code(text), text.includes('require') ? 'src/a.cjs' : 'src/a.ts')).toEqual([
      expect.stringMatching(/^command-injection src\/a\.(?:ts|cjs):2$/),
    ]);
  });

  it.each<[what: string, text: string]>([
    [
      'a fixed command',
      "import { execSync } from 'child_process'; execSync('npm run build'); execSync(`git status`);",
    ],
    [
      'constants of the module',
      "import { exec } from 'child_process'; const BIN = 'tar'; const flags = ['-x', '-z'].join(' '); exec(`§{BIN} §{flags} a.tgz`);",
    ],
    [
      'a list without a shell',
      "import { execFile, spawn } from 'child_process'; export const f = (a) => { execFile('ls', ['-l', a]); spawn('ls', [a], { shell: false }); };",
    ],
    ['another exec', 'export const f = (s) => { /a(b)/.exec(s); db.exec(`x §{s}`); };'],
    ['an exec of its own', "function exec(x) { return x; } export const f = (a) => exec('x ' + a);"],
    [
      'one of a fixed table',
      "import { execSync } from 'child_process'; const COMMANDS = { a: 'ls', b: 'pwd' }; export const f = (k) => execSync(COMMANDS[k]);",
    ],
    [
      'elements of a fixed list',
      "import { execSync } from 'child_process'; for (const name of ['a', 'b']) execSync(`make §{name}`); ['c'].forEach((name) => execSync('make ' + name));",
    ],
    [
      'a choice of two',
      "import { execSync } from 'child_process'; export const f = (isCi) => execSync(isCi ? 'npm ci' : 'npm install');",
    ],
    [
      'a private helper with fixed callers',
      "import { execSync } from 'child_process'; const run = (c) => execSync(c, { stdio: 'inherit' }); run('npm ci'); run('npm test');",
    ],
    [
      'the program itself and the platform',
      'import { execSync } from \'child_process\'; execSync(`"§{process.execPath}" --version §{process.platform}`);',
    ],
    [
      'a number',
      "import { execSync } from 'child_process'; export const f = (port: number, s) => execSync(`fuser §{port} §{Number(s)} §{parseInt(s, 10)}`);",
    ],
    [
      'arguments of a fixed script',
      "import { spawn } from 'child_process'; export const f = (a) => spawn('sh', ['-c', 'echo \"$1\"', 'sh', a]);",
    ],
    [
      'a quoted part',
      "import { execSync } from 'child_process'; import { quote } from 'shell-quote'; export const f = (a) => execSync('ls ' + quote([a]));",
    ],
  ])('leaves %s alone', async (_what, text) => {
    expect(await scan(code(text))).toEqual([]);
  });
});

describe('SQL', () => {
  it.each<[what: string, text: string]>([
    [
      'a template with a parameter',
      "\nexport const find = (db, name) => db.query(`SELECT * FROM users WHERE name = '§{name}'`);",
    ],
    [
      'a concatenation',
      "\nexport const find = (db, id: string) => db.get('SELECT * FROM users WHERE id = ' + id);",
    ],
    [
      'a statement made before',
      'export function find(db, id) { const sql = `DELETE FROM users WHERE id = §{id}`;\nreturn db.prepare(sql).run(); }',
    ],
    [
      'a statement added to',
      "export function find(db, o) { let sql = 'SELECT * FROM users WHERE 1=1'; if (o.name) sql += ` AND name = '§{o.name}'`;\nreturn db.all(sql); }",
    ],
    [
      'a request',
      "app.get('/', (req, res) => {\npool.query(`SELECT * FROM t WHERE a = §{req.params.id}`); });",
    ],
    [
      'a part taken out of a request',
      "app.post('/', async (req, res) => { const { email } = req.body;\nawait client.query(`SELECT id FROM users WHERE email = '§{email}'`); });",
    ],
    [
      'a statement in an object',
      "export const f = (c, n) =>\nc.query({ text: `UPDATE t SET a = '§{n}'`, values: [] });",
    ],
    [
      'an unsafe door of a client',
      "export const f = (prisma, n) =>\nprisma.$queryRawUnsafe(`SELECT * FROM t WHERE n = '§{n}'`);",
    ],
    [
      'a statement that is ended in the call',
      "export function find(db, term) { let sql = `SELECT a FROM t WHERE a LIKE '%§{term}%'`;\nreturn db.prepare(`§{sql} ORDER BY a`).all(); }",
    ],
    [
      'a list that is joined',
      "export function f(db, id) { const parts = ['DELETE FROM t WHERE id =', id];\ndb.exec(parts.join(' ')); }",
    ],
    ['a bare query function', "export const f = (n) =>\nquery(`INSERT INTO t VALUES ('§{n}')`);"],
  ])('reports %s', async (_what, text) => {
    expect(await scan(code(text))).toEqual(['sql-injection src/a.ts:2']);
  });

  it.each<[what: string, text: string]>([
    [
      'placeholders',
      "export const f = (db, id) => { db.query('SELECT * FROM t WHERE id = ?', [id]); db.get(`SELECT a FROM t WHERE id = $1`, [id]); };",
    ],
    ['a tagged template', 'export const f = (sql, id) => sql`SELECT * FROM t WHERE id = §{id}`;'],
    [
      'a tagged template given to a call',
      'export const f = (db, id) => db.execute(sql`SELECT * FROM t WHERE id = §{id}`);',
    ],
    [
      'a constant table',
      "const TABLE = 'users'; export const f = (db, id) => db.query(`SELECT * FROM §{TABLE} WHERE id = ?`, [id]);",
    ],
    [
      'an imported constant in capitals',
      "import { TABLE } from './names.ts'; export const f = (db) => db.query(`SELECT * FROM §{TABLE}`);",
    ],
    [
      'a list of placeholders',
      "export const f = (db, ids) => db.query(`SELECT * FROM t WHERE id IN (§{ids.map(() => '?').join(',')})`, ids);",
    ],
    [
      'numbered placeholders',
      "export const f = (db, ids) => { const marks = ids.map((_, i) => `$§{i + 1}`).join(', '); return db.query(`SELECT a FROM t WHERE id IN (§{marks})`, ids); };",
    ],
    [
      'fixed conditions that are collected',
      "export function f(db, o) { const where = ['1=1']; const args = []; if (o.a) { where.push('a = ?'); args.push(o.a); } return db.all(`SELECT a FROM t WHERE §{where.join(' AND ')}`, args); }",
    ],
    [
      'a number',
      'export const f = (db, limit: number, s) => db.all(`SELECT a FROM t LIMIT §{limit} OFFSET §{Number(s)}`);',
    ],
    [
      'a direction out of two',
      "export const f = (db, o) => db.all(`SELECT a FROM t ORDER BY a §{o.isDown ? 'DESC' : 'ASC'}`);",
    ],
    [
      'a column out of a fixed table',
      "const COLUMNS = { name: 'n', age: 'a' }; export const f = (db, k) => db.all(`SELECT * FROM t ORDER BY §{COLUMNS[k]}`);",
    ],
    [
      'the table of the object',
      'export class Store { constructor(readonly table: string) {} all(db) { return db.all(`SELECT * FROM §{this.table}`); } }',
    ],
    ['an escaped name', 'export const f = (db, name) => db.all(`SELECT * FROM §{escapeIdentifier(name)}`);'],
    [
      'text that is no SQL',
      "export const f = (cache, id) => { cache.get(`user:§{id}`); list.all('select one of ' + id); api.execute(`update-§{id}`); };",
    ],
    [
      'a list of fixed lines',
      "export const f = (db, path, name) => { const lines = ['SELECT a FROM t']; lines.push('WHERE b = ?'); db.all(lines.join(' '), name); cache.get(path.join('a', name)); };",
    ],
    [
      'fixed texts that are put together in the call',
      "export const f = (db, id) => { let sql = 'SELECT a FROM t'; if (id) sql += ' WHERE id = ?'; return db.prepare(`§{sql} ORDER BY a`).all(id); };",
    ],
    [
      'a private helper with fixed callers',
      "const count = (db, table) => db.get(`SELECT COUNT(*) FROM §{table}`); export const f = (db) => [count(db, 'a'), count(db, 'b')];",
    ],
  ])('leaves %s alone', async (_what, text) => {
    expect(await scan(code(text))).toEqual([]);
  });

  it('holds a name of a table for less serious than a value', async () => {
    const artifact = await reviewFolder(codeScan, {
      'a.ts': code('export const f = (db, table) => db.get(`SELECT COUNT(*) FROM §{table}`);\n'),
    });
    expect(artifact.findings).toMatchObject([{ rule: 'sql-injection', severity: 'warning' }]);
  });
});

describe('paths', () => {
  it.each<[what: string, text: string]>([
    [
      'a file read',
      "import { readFile } from 'node:fs/promises'; import path from 'node:path'; app.get('/', async (req, res) => {\nres.send(await readFile(path.join('uploads', req.params.name))); });",
    ],
    [
      'a stream',
      "import fs from 'fs'; app.get('/', (req, res) => { const { file } = req.query; const full = `./data/§{file}`;\nfs.createReadStream(full).pipe(res); });",
    ],
    ['a file sent', "app.get('/', (req, res) => {\nres.sendFile('/srv/' + req.params.name); });"],
    [
      'a file removed',
      "import { unlinkSync } from 'fs'; router.delete('/', (ctx) => {\nunlinkSync('/srv/' + ctx.query.name); });",
    ],
    [
      'a route that is chosen by its prefix',
      "import { readFile } from 'fs'; createServer((req, res) => { const url = new URL(req.url, base); if (url.pathname.startsWith('/static/'))\nreadFile('public' + url.pathname, send); });",
    ],
    [
      'the one object that a handler gets',
      "import { readFile } from 'node:fs/promises'; export const serve = async ({ response, url }) => {\nresponse.end(await readFile('public' + url.pathname)); };",
    ],
    [
      'an object whose type says that it is of a handler',
      "import fs from 'fs'; export function send(folder: string, { params }: RouteContext) {\nreturn fs.readFileSync(`§{folder}/§{params.name}`); }",
    ],
    [
      'a body taken out of the parameter',
      "import fs from 'fs'; export default ({ body }, res) => {\nfs.writeFileSync('out/' + body.name, 'x'); };",
    ],
  ])('reports %s', async (_what, text) => {
    expect(await scan(code(text))).toEqual(['path-traversal src/a.ts:2']);
  });

  it.each<[what: string, text: string]>([
    [
      'the base name',
      "import fs from 'fs'; import path from 'path'; app.get('/', (req, res) => res.send(fs.readFileSync(path.join('up', path.basename(req.params.name)))));",
    ],
    [
      'a checked path',
      "import fs from 'fs'; import path from 'path'; app.get('/', (req, res) => { const full = path.resolve(root, req.params.name); if (!full.startsWith(root + path.sep)) return res.status(400); return fs.createReadStream(full); });",
    ],
    [
      'a path without steps upwards',
      "import fs from 'fs'; app.get('/', (req, res) => { const { name } = req.params; if (name.includes('..')) return; return fs.readFileSync('d/' + name); });",
    ],
    [
      'an allowed name',
      "import fs from 'fs'; const ALLOWED = new Set(['a']); app.get('/', (req, res) => { const { name } = req.params; if (!ALLOWED.has(name)) throw new Error('no'); return fs.readFileSync('d/' + name); });",
    ],
    [
      'a tested name',
      "import fs from 'fs'; app.get('/', (req, res) => { const name = req.params.name; if (!/^[a-z]+$/.test(name)) return; return fs.readFileSync('d/' + name); });",
    ],
    [
      'a root that Express keeps to',
      "app.get('/', (req, res) => res.sendFile(req.params.name, { root: 'public' }));",
    ],
    [
      'a path of the configuration',
      "import fs from 'fs'; export const load = (options) => fs.readFileSync(options.path); fs.readFileSync(process.env.CONFIG); fs.readFileSync(process.argv[2]);",
    ],
    [
      'an address in an object that no handler gets',
      "import fs from 'fs'; export const keep = ({ url, size }: Picture) => fs.readFileSync(url);",
    ],
    ['an uploaded file', "import fs from 'fs'; app.post('/', (req, res) => fs.readFileSync(req.file.path));"],
    [
      'data of a request written to a fixed path',
      "import fs from 'fs'; app.post('/', (req, res) => fs.writeFileSync('log.txt', req.body.text));",
    ],
  ])('leaves %s alone', async (_what, text) => {
    expect(await scan(code(text))).toEqual([]);
  });
});

describe('text run as code', () => {
  it.each<[what: string, text: string]>([
    ['eval of a parameter', '\nexport const f = (text) => eval(text);'],
    ['an indirect eval', '\nexport const f = (text) => (0, eval)(text) ?? globalThis.eval(text);'],
    ['a function from text', "\nexport const f = (body) => new Function('a', body);"],
    ['a timer with text', "\nexport const f = (name) => setTimeout(`run('§{name}')`, 10);"],
    [
      'a virtual machine fed from outside',
      "import vm from 'node:vm';\nexport const f = (text) => vm.runInNewContext(text, {});",
    ],
  ])('reports %s', async (_what, text) => {
    expect(await scan(code(text))).toEqual(['eval-use src/a.ts:2']);
  });

  it.each<[what: string, text: string]>([
    ['fixed text', "eval('1 + 1'); new Function('return this')(); Function('a', 'return a');"],
    [
      'timers with functions',
      'export const f = (done) => { setTimeout(done, 10); setTimeout(() => done(), 5); setInterval(done.tick, 9); };',
    ],
    [
      'an eval of its own',
      'function evaluate(x) { return x; } export const f = (x) => [evaluate(x), model.eval(x), page.$eval(x)];',
    ],
    ['the word in texts and comments', "// eval(input)\nexport const message = 'never eval(input)';"],
  ])('leaves %s alone', async (_what, text) => {
    expect(await scan(text)).toEqual([]);
  });
});

describe('the artifact', () => {
  it('counts what was looked at, leaves tests out and masks nothing it need not', async () => {
    const dangerous =
      "import { exec } from 'node:child_process';\nexport const run = (name) => exec('ls ' + name);\n";
    const artifact = await reviewFolder(codeScan, {
      'src/a.ts': dangerous,
      'tests/a.test.ts': dangerous,
      'b.py': 'x = 1\n',
    });
    expect(artifact.data).toMatchObject({
      scripts: 1,
      pythonFiles: 1,
      testsLeftOut: 1,
      byRule: { 'command-injection': 1 },
    });
    expect(artifact.findings).toMatchObject([
      {
        severity: 'error',
        location: {
          path: 'src/a.ts',
          line: 2,
          column: 30,
          excerpt: "export const run = (name) => exec('ls ' + name);",
        },
      },
    ]);
    expect(artifact.evidence[0]).toMatchObject({ path: 'src/a.ts' });
  });

  it('does not apply where there is no code it can read', async () => {
    expect((await reviewFolder(codeScan, { 'a.md': 'x\n' })).status).toBe('not-applicable');
  });

  it('is not led astray by comments that claim to switch rules off', async () => {
    expect(await scan('export const f = (t) => eval(t); // eslint-disable-line no-eval -- nosec\n')).toEqual([
      'eval-use src/a.ts:1',
    ]);
  });

  it('survives code made to exhaust it', async () => {
    // Of this process alone: what else the machine does counts for nothing.
    const started = process.cpuUsage();
    const sum = Array.from({ length: 3000 }, (_, index) => `a${index}`).join(' + ');
    const artifact = await reviewFolder(codeScan, {
      'a.ts': `export const f = (a) => eval(${sum});\n`,
      'b.ts': `export const g = (a) => { let x = a; ${'x = x + x; '.repeat(3000)} eval(x); };\n`,
      'c.py': `x = ${'('.repeat(50_000)}\n${'"""'.repeat(3001)}\n`,
    });
    expect(artifact).toMatchObject({ status: 'done', data: { pythonFiles: 1 } });
    // How deep a sum may nest until it is given up depends on the stack; it is never lost without a word.
    const { scripts, notParsed } = artifact.data as { scripts: number; notParsed: string[] };
    expect(scripts + notParsed.length).toBe(2);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(8000);
  });
});
