import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { OrchestratorError } from '../../../src/shared/errors.ts';
import { resolvePglite } from '../../../src/skills/data/postgres-check.ts';
import { createPostgresSchema, postgresSchema } from '../../../src/skills/data/postgres-schema.ts';
import { sqlSchema } from '../../../src/skills/data/sql-schema.ts';
import { runSkill } from '../../../src/skills/kit/run-skill.ts';
import { openWorkspace } from '../../../src/workspace/open-workspace.ts';
import {
  createSkillContext,
  type FolderContent,
  placesOf,
  reviewFolder,
} from '../../support/skill-context.ts';

const A = 'CREATE TABLE a (id BIGSERIAL PRIMARY KEY);\n';

/** Minutes of work that the planner does beforehand, since it is constant: to explain it is enough. */
const ENDLESS = Array.from({ length: 300 }, (_, index) => `factorial(${32_000 - index})`).join(' + ');

/** One folder is one database; all of them are built by one PostgreSQL. */
const FILES: FolderContent = {
  'types/schema.sql': `${A}CREATE TABLE b (\n  id BIGINT PRIMARY KEY,\n  name tpye\n);\n`,
  'comma/schema.sql': `${A}\nCREATE TABLE b (id BIGINT PRIMARY KEY,, x JSONB);\nCREATE INDEX on_b ON b (x);\n`,
  'nothing/schema.sql': `${A}CREATE TABLE b (\n  id BIGINT PRIMARY KEY,\n  c_id BIGINT REFERENCES c(id)\n);\n`,
  'later/schema.sql': `CREATE TABLE b (\n  id BIGINT PRIMARY KEY,\n  a_id BIGINT UNIQUE REFERENCES a(id)\n);\n${A}`,
  'kinds/schema.sql': `${A}CREATE TABLE b (id BIGINT PRIMARY KEY, a_id TEXT UNIQUE REFERENCES a(id));\n`,
  'index/schema.sql': `${A}CREATE TABLE b (\n  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),\n  a_id BIGINT NOT NULL REFERENCES a(id)\n);\nCREATE TABLE log (at TIMESTAMPTZ DEFAULT now());\n`,
  'added/1.sql': `${A}CREATE TABLE b (id BIGINT, a_id BIGINT);\n`,
  'added/2.sql':
    'ALTER TABLE ONLY b ADD CONSTRAINT b_pk PRIMARY KEY (id);\nALTER TABLE b\n  ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a(id);\n',
  'dropped/3.sql': `${A}ALTER TABLE a DROP COLUMN nope;\n`,
  // From here on all is well.
  'sound/schema.sql': `CREATE SCHEMA shop;\nCREATE TYPE shop.state AS ENUM ('a;b', 'c');\nCREATE DOMAIN shop.price AS NUMERIC CHECK (VALUE >= 0);\nCREATE TABLE shop.a (id INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s shop.state, p shop.price, tags TEXT[]);\nCREATE TABLE shop.b (a_id INT REFERENCES shop.a(id), n INT, PRIMARY KEY (a_id, n));\nCREATE INDEX CONCURRENTLY i ON shop.a USING gin (tags);\nCREATE VIEW shop.v AS SELECT id FROM shop.a;\nCOMMENT ON TABLE shop.a IS 'it''s; fine';\nCREATE TABLE part (id INT, at DATE, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);\nCREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');\n`,
  'loose/orders.sql':
    'CREATE TABLE orders (id SERIAL PRIMARY KEY, user_id INT UNIQUE REFERENCES users(id));\n',
  'loose/users.sql': 'CREATE TABLE users (id SERIAL PRIMARY KEY);\n',
  'extended/schema.sql': `CREATE EXTENSION IF NOT EXISTS citext;\nCREATE TABLE a (id UUID PRIMARY KEY DEFAULT uuid_generate_v4(), mail CITEXT);\nALTER TABLE a OWNER TO nobody_here;\nCREATE TABLE b (id SERIAL PRIMARY KEY, a_id UUID REFERENCES a(id), who UUID REFERENCES auth.users(id));\n`,
  'dump/dump.sql': `\\restrict x\nSET search_path = '';\nCREATE TABLE public.a (id integer NOT NULL, t jsonb);\nALTER TABLE public.a OWNER TO app;\nCOPY public.a (id, t) FROM stdin;\n1\tit's; a\n\\.\n\nALTER TABLE ONLY public.a ADD CONSTRAINT a_pkey PRIMARY KEY (id);\n`,
  'hostile/schema.sql': `${A}COPY a TO PROGRAM 'touch /tmp/pwned';\nCOPY a FROM '/etc/passwd';\nDO $$ BEGIN LOOP END LOOP; END $$;\nSELECT pg_sleep(1000);\nCREATE TABLE f AS SELECT generate_series(1, 1e12);\nCREATE TABLE g (x) AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT x FROM r;\nCREATE /* /* */ TABLE x */ EXTENSION plpgsql;\nSET statement_timeout = 1;\nCREATE FUNCTION loop() RETURNS int AS $$ BEGIN LOOP END LOOP; END $$ LANGUAGE plpgsql;\nCREATE TABLE last (id JSONB PRIMARY KEY);\n`,
  'other/mysql.sql': 'CREATE TABLE `m` (`id` INT UNSIGNED AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;\n',
};

const refuse = () => {
  throw new OrchestratorError('optional-package-missing', 'not installed');
};

describe('postgres-schema', () => {
  it('proves definitions on a real PostgreSQL, plans queries, and cuts off the one that does not end', {
    timeout: 90_000,
  }, async () => {
    const artifact = await reviewFolder(createPostgresSchema({ stepMs: 3_000 }), FILES, {
      input: {
        queries: [
          'SELECT tags FROM shop.a WHERE p = 3;',
          'SELECT id FROM shop.a WHERE id = 3',
          'DELETE FROM shop.a',
          'SELECT 1; SELECT 2',
          'SELECT nope FROM nowhere',
          `SELECT ${ENDLESS}`,
          'SELECT 1',
        ],
      },
    });
    expect(placesOf(artifact)).toEqual(
      [
        'pg-sql-error dropped/3.sql:2',
        'pg-foreign-key-without-index added/2.sql:3',
        'pg-sql-error comma/schema.sql:3',
        'pg-foreign-key-without-index index/schema.sql:4',
        'pg-no-primary-key index/schema.sql:6',
        'pg-sql-error kinds/schema.sql:2',
        'pg-sql-error later/schema.sql:3',
        'pg-query-without-index sound/schema.sql:4',
        'pg-sql-error nothing/schema.sql:4',
        'pg-sql-error types/schema.sql:4',
      ].sort((a, b) => (a.split(' ')[1] ?? '').localeCompare(b.split(' ')[1] ?? '')),
    );
    const data = artifact.data as {
      databases: { folder: string; tables: { name: string }[]; skipped: { line: number }[] }[];
      queries: { status: string; scans: { suggestion: string | null }[] }[];
      postgresVersion: string;
    };
    expect(data.postgresVersion).toMatch(/^1\d\./);
    const tablesOf = (folder: string) =>
      data.databases.find((database) => database.folder === folder)?.tables.map(({ name }) => name);
    expect(tablesOf('hostile')).toEqual(['a', 'last']);
    expect(tablesOf('loose')).toEqual(['orders', 'users']);
    expect(tablesOf('dump')).toEqual(['a']);
    expect(tablesOf('other')).toBeUndefined();
    const skipped = data.databases.find(({ folder }) => folder === 'extended')?.skipped;
    expect(skipped?.map(({ line }) => line)).toEqual([2, 3, 4]);
    expect(data.queries.map(({ status }) => status)).toEqual([
      'planned',
      'planned',
      'refused',
      'refused',
      'refused',
      'stopped',
      'not-run',
    ]);
    expect(data.queries[0]?.scans).toMatchObject([{ suggestion: 'CREATE INDEX ON shop.a (p);' }]);
    expect(data.queries[1]?.scans).toEqual([]);
    expect(artifact.evidence[0]).toMatchObject({ type: 'command', exitCode: 0 });
  });

  it('names the definition that does not end', { timeout: 60_000 }, async () => {
    const artifact = await reviewFolder(createPostgresSchema({ stepMs: 1_500 }), {
      'schema.sql': `${A}\nALTER TABLE a ADD COLUMN n NUMERIC DEFAULT ${ENDLESS};\n`,
    });
    expect(artifact).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('schema.sql:3'),
    });
  });

  it('says what to install when the package is missing and there is something for it', async () => {
    const skill = createPostgresSchema({ resolve: refuse });
    expect(await reviewFolder(skill, { 'schema.sql': A })).toMatchObject({
      status: 'unavailable',
      reason: expect.stringContaining(
        `npm install "@electric-sql/pglite@${manifest.peerDependencies['@electric-sql/pglite']}"`,
      ),
    });
    expect(
      await reviewFolder(skill, { 'schema.sql': 'CREATE TABLE a (id INTEGER PRIMARY KEY);\n' }),
    ).toMatchObject({ status: 'not-applicable' });
  });

  it('is not applicable to the sample, which is for SQLite', async () => {
    const root = fileURLToPath(new URL('../../../examples/sample-shop', import.meta.url));
    const context = createSkillContext(await openWorkspace(root));
    expect(await runSkill(postgresSchema, {}, context, { agent: 'TestAgent' })).toMatchObject({
      status: 'not-applicable',
      findings: [],
    });
  });

  it('leaves the findings of PostgreSQL files to the one that proves them', async () => {
    expect(resolvePglite()).toMatch(/^file:.*pglite/);
    const files = { 'schema.sql': 'CREATE TABLE a (at TIMESTAMPTZ);\n' };
    expect(placesOf(await reviewFolder(sqlSchema, files))).toEqual([]);
  });
});
