import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sqlSchema } from '../../../src/skills/data/sql-schema.ts';
import { splitSql } from '../../../src/skills/data/sql-statements.ts';
import { type FolderContent, placesOf, reviewFolder } from '../../support/skill-context.ts';

const check = async (files: FolderContent): Promise<string[]> =>
  placesOf(await reviewFolder(sqlSchema, files));
const one = (sql: string): Promise<string[]> => check({ 'schema.sql': sql });
const A = 'CREATE TABLE a (id INTEGER PRIMARY KEY);\n';

describe('sql-schema: what it reports', () => {
  it.each([
    ['a syntax error', `${A}CREATE TABLE b (id INTEGER PRIMARY KEY,, x TEXT);\n`, ['sql-error schema.sql:2']],
    ['a table made twice', `${A}${A}`, ['sql-error schema.sql:2']],
    [
      'a column named twice',
      'CREATE TABLE a (\n id INTEGER PRIMARY KEY,\n id TEXT);\n',
      ['sql-error schema.sql:1'],
    ],
    ['an index on a missing column', `${A}CREATE INDEX i ON a (nope);\n`, ['sql-error schema.sql:2']],
    ['an index on a missing table', `${A}CREATE INDEX i ON b (id);\n`, ['sql-error schema.sql:2']],
    [
      'a missing bracket at the end',
      `${A}CREATE TABLE b (id INTEGER PRIMARY KEY\n`,
      ['sql-error schema.sql:2'],
    ],
    ['a change of a missing column', `${A}ALTER TABLE a RENAME COLUMN x TO y;\n`, ['sql-error schema.sql:2']],
    [
      'a target that does not exist',
      `${A}CREATE TABLE b (\n  id INTEGER PRIMARY KEY,\n  c_id INTEGER REFERENCES c(id)\n);\nCREATE INDEX i ON b (c_id);\n`,
      ['missing-foreign-key-target schema.sql:4'],
    ],
    [
      'a target column that does not exist',
      `${A}CREATE TABLE b (\n  id INTEGER PRIMARY KEY,\n  a_id INTEGER UNIQUE REFERENCES a(uid)\n);\n`,
      ['missing-foreign-key-target schema.sql:4'],
    ],
    [
      'a foreign key without index',
      `${A}CREATE TABLE b (\n  id INTEGER PRIMARY KEY,\n  a_id INTEGER REFERENCES a(id)\n);\n`,
      ['foreign-key-without-index schema.sql:4'],
    ],
    [
      'a foreign key in the table part',
      `${A}CREATE TABLE b (\n  id INTEGER PRIMARY KEY,\n  a_id INTEGER,\n  FOREIGN KEY (a_id) REFERENCES a(id)\n);\n`,
      ['foreign-key-without-index schema.sql:5'],
    ],
    [
      'a foreign key that is second in an index',
      `${A}CREATE TABLE b (id INTEGER PRIMARY KEY, x TEXT, a_id INTEGER REFERENCES a(id));\nCREATE INDEX i ON b (x, a_id);\n`,
      ['foreign-key-without-index schema.sql:2'],
    ],
    [
      'the right one of two keys to one table',
      `${A}CREATE TABLE b (\n  id INTEGER PRIMARY KEY,\n  first INTEGER REFERENCES a(id),\n  second INTEGER REFERENCES a(id)\n);\nCREATE INDEX i ON b (first);\n`,
      ['foreign-key-without-index schema.sql:5'],
    ],
    ['a table without key', 'CREATE TABLE log (at TEXT, what TEXT);\n', ['no-primary-key schema.sql:1']],
    [
      'an error after a trigger and strings with semicolons',
      `${A}-- one; two\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\n  SELECT 1;\n  SELECT 2;\nEND;\nCREATE TABLE b (id INTEGER PRIMARY KEY, x TEXT DEFAULT 'a;b''c');\nCREATE TABLE c (x TEXT DEFAULT 'open;', PRIMARY KEY (y));\n`,
      ['sql-error schema.sql:8'],
    ],
  ])('%s', async (_title, sql, places) => {
    expect(await one(sql)).toEqual(places);
  });

  it('an error in the migration that comes last by number, not by letter', async () => {
    expect(
      await check({
        'migrations/2_b.sql': 'ALTER TABLE a ADD COLUMN x TEXT;\n',
        'migrations/1_a.sql': A,
        'migrations/10_c.sql': 'ALTER TABLE a ADD COLUMN x TEXT;\n',
      }),
    ).toEqual(['sql-error migrations/10_c.sql:1']);
  });

  it('a foreign key that a later migration adds', async () => {
    expect(
      await check({
        'migrations/001/migration.sql': `${A}CREATE TABLE b (id INTEGER PRIMARY KEY);\n`,
        'migrations/002/migration.sql': '\nALTER TABLE b ADD COLUMN a_id INTEGER REFERENCES a(id);\n',
      }),
    ).toEqual(['foreign-key-without-index migrations/002/migration.sql:2']);
  });
});

describe('sql-schema: what it leaves alone', () => {
  it.each([
    [
      'a sound schema',
      `${A}CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER NOT NULL REFERENCES a(id));\nCREATE INDEX i ON b (a_id);\n`,
    ],
    [
      'a foreign key that is the primary key',
      `${A}CREATE TABLE b (a_id INTEGER PRIMARY KEY REFERENCES a(id));\n`,
    ],
    [
      'a foreign key that is unique',
      `${A}CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER UNIQUE REFERENCES a(id));\n`,
    ],
    [
      'a foreign key first in a compound key',
      `${A}CREATE TABLE b (a_id INTEGER REFERENCES a(id), n INTEGER, PRIMARY KEY (a_id, n));\n`,
    ],
    [
      'a compound foreign key in another order',
      'CREATE TABLE a (x TEXT, y TEXT, PRIMARY KEY (x, y));\nCREATE TABLE b (id INTEGER PRIMARY KEY, x TEXT, y TEXT, FOREIGN KEY (x, y) REFERENCES a(x, y));\nCREATE INDEX i ON b (y, x);\n',
    ],
    [
      'a reference to a table that comes later',
      `CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER UNIQUE REFERENCES a(id));\n${A}`,
    ],
    [
      'a reference to itself',
      'CREATE TABLE t (id INTEGER PRIMARY KEY, parent INTEGER UNIQUE REFERENCES t(id));\n',
    ],
    [
      'other letters in names',
      `${A}CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER UNIQUE REFERENCES "A"("ID"));\n`,
    ],
    [
      'a table with a unique constraint as its key',
      'CREATE TABLE m (a TEXT NOT NULL, b TEXT NOT NULL, UNIQUE (a, b));\n',
    ],
    ['a table that is dropped again', 'CREATE TABLE tmp (x TEXT);\nDROP TABLE tmp;\n'],
    [
      'rows and views beside the tables',
      `${A}INSERT INTO a VALUES (1), (nonsense;\nCREATE VIEW v AS SELECT nope FROM nowhere;\n`,
    ],
    ['comments that look like statements', `${A}/* CREATE TABLE x (; */ -- CREATE TABLE y (;\n`],
    [
      'types of other databases that SQLite takes',
      'CREATE TABLE a (id BIGINT PRIMARY KEY, n VARCHAR(20), t TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP);\n',
    ],
    [
      'SQLite of its own kind',
      'CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;\nCREATE TABLE k (k TEXT PRIMARY KEY) WITHOUT ROWID;\n',
    ],
    [
      'PostgreSQL',
      'CREATE EXTENSION pgcrypto;\nCREATE TABLE a (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), tags TEXT[] NOT NULL, at TIMESTAMPTZ DEFAULT now());\nCREATE INDEX i ON a USING gin (tags);\nALTER TABLE a ALTER COLUMN at SET NOT NULL;\n',
    ],
    [
      'keys that a PostgreSQL dump adds at the end',
      'CREATE TABLE public.a (id integer NOT NULL, b_id integer REFERENCES public.a(id));\nALTER TABLE ONLY public.a ADD CONSTRAINT a_pkey PRIMARY KEY (id);\nCREATE INDEX i ON public.a USING btree (b_id);\n',
    ],
    [
      'MySQL',
      "CREATE TABLE `a` (\n `id` INT UNSIGNED NOT NULL AUTO_INCREMENT,\n `e` ENUM('x','y'),\n PRIMARY KEY (`id`),\n KEY `k` (`e`)\n) ENGINE=InnoDB;\n",
    ],
    ['SQL Server', 'CREATE TABLE [dbo].[A] ([Id] INT IDENTITY(1,1) PRIMARY KEY, [N] NVARCHAR(50));\n'],
    [
      'constraints that are added later',
      `${A}CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER);\nALTER TABLE b ADD CONSTRAINT f FOREIGN KEY (a_id) REFERENCES a(id);\n`,
    ],
  ])('%s', async (_title, sql) => {
    expect(await one(sql)).toEqual([]);
  });

  it('what undoes a migration', async () => {
    expect(
      await check({
        'm/1_a.up.sql': A,
        'm/1_a.down.sql': 'DROP TABLE nothing;\n',
        'n/1.sql': `-- migrate:up\n${A}-- migrate:down\nDROP TABLE nothing;\nDROP TABLE a;\n`,
      }),
    ).toEqual([]);
  });

  it('files of one folder that are alternatives', async () => {
    expect(await check({ 'one.sql': A, 'two.sql': A })).toEqual([]);
  });

  it('a change of a table that another folder makes, or that no file makes', async () => {
    expect(
      await check({
        'schema.sql': A,
        'migrations/1.sql':
          'ALTER TABLE a ADD COLUMN x TEXT;\nCREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER UNIQUE REFERENCES a(id));\n',
      }),
    ).toEqual([]);
    expect(await check({ 'patches/1.sql': 'ALTER TABLE made_by_an_orm ADD COLUMN x TEXT;\n' })).toEqual([]);
  });
});

describe('sql-schema: as a skill', () => {
  it('proves what it says by the program that ran and the tables that came of it', async () => {
    const artifact = await reviewFolder(sqlSchema, { 'db/schema.sql': A });
    expect(artifact.data).toMatchObject({
      databases: [{ folder: 'db', dialect: 'generic', tables: [{ name: 'a', columns: 1 }], skipped: [] }],
      sqliteVersion: expect.stringMatching(/^3\./),
    });
    expect(artifact.evidence[0]).toMatchObject({ type: 'command', exitCode: 0 });
  });

  it('says which statements it could not judge, and for which database they are', async () => {
    const artifact = await reviewFolder(sqlSchema, {
      'a.sql': 'CREATE TABLE a (id SERIAL PRIMARY KEY, at TIMESTAMPTZ DEFAULT now());\n',
    });
    expect(artifact.data).toMatchObject({
      databases: [{ dialect: 'postgresql', skipped: [{ path: 'a.sql', line: 1 }] }],
    });
  });

  it.each([
    ['ATTACH', "ATTACH DATABASE 'stolen.db' AS x;"],
    ['VACUUM INTO', "VACUUM INTO 'stolen.db';"],
    ['a pragma', "PRAGMA temp_store_directory = '/tmp';"],
    ['an extension', "SELECT load_extension('evil');"],
    [
      'an endless query',
      'CREATE TABLE b AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT x FROM r;',
    ],
  ])('never runs %s', async (_title, statement) => {
    const artifact = await reviewFolder(sqlSchema, { 'a.sql': `${A}${statement}\n` });
    expect(artifact).toMatchObject({
      status: 'done',
      findings: [],
      data: { databases: [{ statements: 1 }] },
    });
  });

  it('does not mistake SQL for its own program', async () => {
    const artifact = await reviewFolder(sqlSchema, {
      'a.sql': `CREATE TABLE "$&\`\${process.exit(7)}'" (id INTEGER PRIMARY KEY);\n`,
    });
    expect(artifact).toMatchObject({ status: 'done', findings: [] });
  });

  it('is not applicable without definitions', async () => {
    const artifact = await reviewFolder(sqlSchema, { 'seed.sql': 'INSERT INTO a VALUES (1);\n' });
    expect(artifact.status).toBe('not-applicable');
  });

  it('cuts a trigger with CASE inside, and an endless one in time', () => {
    const trigger =
      'CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT 3; END;\n';
    expect(splitSql(`${trigger}CREATE TABLE b (x);`).map(({ line }) => line)).toEqual([1, 2]);
    const startedAt = performance.now();
    expect(splitSql(`CREATE TRIGGER t BEGIN ${'a;'.repeat(300_000)}`)).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('cuts dollar-quoted bodies and quoted names whole', () => {
    const statements = splitSql(
      'CREATE FUNCTION f() AS $x$ a; b; $x$ LANGUAGE sql;\n\nCREATE TABLE "a;b" (x);\n',
    );
    expect(statements.map(({ line, head }) => [line, head.split(' ')[1]])).toEqual([
      [1, 'FUNCTION'],
      [3, 'TABLE'],
    ]);
  });

  it.skipIf(process.platform !== 'linux')(
    'tries alternatives one after the other, however many there are',
    async () => {
      const files = Object.fromEntries(
        Array.from({ length: 12 }, (_, at) => [
          `db/${'abcdefghijkl'[at]}-shop.sql`,
          'CREATE TABLE t (id INTEGER PRIMARY KEY);\n',
        ]),
      );
      let most = 0;
      const timer = setInterval(() => {
        const children = readdirSync('/proc/self/task').flatMap((task) =>
          readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
        );
        most = Math.max(most, children.length);
      }, 2);
      try {
        const artifact = await reviewFolder(sqlSchema, files);
        expect(artifact.data['databases']).toHaveLength(12);
      } finally {
        clearInterval(timer);
      }
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(2);
    },
  );
});
