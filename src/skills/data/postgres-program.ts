/** The program of the PostgreSQL check: what the child process runs, and what the worker inside it does to the database. */

/**
 * Runs in a worker, so that a statement that does not end can be ended: PostgreSQL's own time limits do not work in PGlite.
 * Only `query` is used, which takes one statement at a time.
 */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const tell = (message) => parentPort.postMessage(message);
const TABLES = \`
SELECT c.oid::int AS oid, n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY n.nspname, c.relname\`;
const COLUMNS = \`
SELECT a.attrelid::int AS oid, a.attname AS name,
  COALESCE((SELECT array_position(i.indkey::int2[], a.attnum) + 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary), 0)::int AS "primaryKey"
FROM pg_attribute a WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ANY($1::oid[]) ORDER BY a.attrelid, a.attnum\`;
const INDEXES = \`
SELECT i.indrelid::int AS oid, i.indisunique AS "isUnique", i.indpred IS NOT NULL AS "isPartial",
  ARRAY(SELECT a.attname::text FROM generate_series(0, i.indnkeyatts - 1) AS at
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[at] AND a.attnum > 0 ORDER BY at) AS columns
FROM pg_index i WHERE i.indrelid = ANY($1::oid[]) ORDER BY i.indexrelid\`;
const KEYS = \`
SELECT k.conrelid::int AS oid, t.relname AS target,
  ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u(n, at) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY at) AS columns,
  ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u(n, at) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY at) AS "targetColumns"
FROM pg_constraint k JOIN pg_class t ON t.oid = k.confrelid
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid = ANY($1::oid[]) ORDER BY k.oid\`;
(async () => {
  const { PGlite } = await import(workerData.url);
  const db = await PGlite.create();
  const rows = async (sql, values) => (await db.query(sql, values)).rows;
  const quote = (name) => '"' + name.replaceAll('"', '""') + '"';
  tell({ type: 'ready', version: (await rows("SELECT current_setting('server_version') AS version"))[0].version });
  const attempt = async (sql) => {
    try { await db.query(sql); return null; } catch (error) {
      return { code: String(error.code ?? ''), message: String(error.message).slice(0, 500), position: Number(error.position) || null };
    }
  };
  const scansOf = (node) => [
    ...(node['Node Type'] === 'Seq Scan' && node.Filter !== undefined ? [{ table: node['Relation Name'], schema: node.Schema, filter: node.Filter }] : []),
    ...(node.Plans ?? []).flatMap(scansOf),
  ];
  const plan = async (sql) => (await rows('EXPLAIN (FORMAT JSON, VERBOSE) ' + sql))[0]['QUERY PLAN'][0].Plan;
  const advise = async (sql) => {
    const scans = [];
    for (const scan of scansOf(await plan(sql)).slice(0, 10)) {
      const [table] = await rows('SELECT c.oid::int AS oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2', [scan.schema, scan.table]);
      const names = table === undefined ? [] : (await rows(COLUMNS, [[table.oid]])).map(({ name }) => name);
      const words = new Set(scan.filter.match(/[\\w$]+/g) ?? []);
      let best;
      // The tables are empty, so an index costs nothing: whether it serves is tried, not guessed.
      for (const name of names.filter((name) => words.has(name)).slice(0, 6)) {
        await db.query('CREATE INDEX orchestrator_trial ON ' + quote(scan.schema) + '.' + quote(scan.table) + ' (' + quote(name) + ')');
        const tried = await plan(sql);
        await db.query('DROP INDEX ' + quote(scan.schema) + '.orchestrator_trial');
        const isServed = !scansOf(tried).some((other) => other.table === scan.table && other.filter === scan.filter);
        if (isServed && (best === undefined || tried['Total Cost'] < best.cost)) best = { column: name, cost: tried['Total Cost'] };
      }
      scans.push({ table: scan.table, schema: scan.schema, filter: scan.filter.slice(0, 500), column: best === undefined ? null : best.column });
    }
    return scans;
  };
  const planned = new Set();
  const build = async (at, report) => {
    const { statements, isOrdered } = workerData.databases[at];
    for (const { name } of await rows("SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"))
      await db.query('DROP SCHEMA ' + quote(name) + ' CASCADE');
    await db.query('CREATE SCHEMA public');
    let waiting = statements.map((sql, index) => ({ sql, index }));
    for (let before = Infinity; waiting.length > 0 && waiting.length < before; ) {
      before = waiting.length;
      const refused = [];
      for (const { sql, index } of waiting) {
        tell({ type: 'statement', database: at, index });
        const error = await attempt(sql);
        report(index, error);
        // Files without an order may need each other: what misses something waits for the next round.
        if (error !== null && !isOrdered && /^(?:42P01|42704|3F000|42703)$/.test(error.code)) refused.push({ sql, index });
      }
      waiting = refused;
    }
  };
  const count = workerData.databases.length;
  const names = [];
  for (let at = 0; at < count; at += 1) {
    await build(at, (index, error) => tell({ type: 'statement-end', database: at, index, error }));
    tell({ type: 'reading', database: at });
    const found = await rows(TABLES);
    names.push(new Set(found.map(({ name }) => name.toLowerCase())));
    const ids = found.map(({ oid }) => oid);
    const columns = Map.groupBy(await rows(COLUMNS, [ids]), ({ oid }) => oid);
    const indexes = Map.groupBy(await rows(INDEXES, [ids]), ({ oid }) => oid);
    const keys = Map.groupBy(await rows(KEYS, [ids]), ({ oid }) => oid);
    tell({ type: 'tables', database: at, tables: found.map(({ oid, schema, name }) => ({
      schema, name, columns: columns.get(oid) ?? [], indexes: indexes.get(oid) ?? [], foreignKeys: keys.get(oid) ?? [],
    })) });
  }
  // Queries come last: one that does not end must not keep a definition from being judged.
  for (let at = 0; at < count && planned.size < workerData.queries.length; at += 1) {
    await db.query('RESET enable_seqscan');
    if (count > 1) await build(at, () => undefined);
    await db.query('SET enable_seqscan = off');
    for (const [index, sql] of workerData.queries.entries()) {
      if (planned.has(index)) continue;
      // Asked where its tables are; what names none of them comes last.
      if (at < count - 1 && !(sql.toLowerCase().match(/[\\w$]+/g) ?? []).some((word) => names[at].has(word))) continue;
      tell({ type: 'query', index });
      try {
        const scans = await advise(sql);
        planned.add(index);
        tell({ type: 'query-end', index, database: at, scans });
      } catch (error) {
        tell({ type: 'query-end', index, database: at, error: String(error.message).slice(0, 500) });
      }
    }
  }
  tell({ type: 'done' });
})().catch((error) => tell({ type: 'failed', message: String(error.stack ?? error).slice(0, 2000) }));
`;

/** Gets the work as JSON at the place of `WORK`; prints one JSON object. Ends the worker when a step takes too long. */
const PROGRAM = `
import { Worker } from 'node:worker_threads';
const work = WORK;
const answer = {
  version: null, failure: null, stopped: null,
  databases: work.databases.map(({ statements }) => ({ errors: statements.map(() => null), tables: [] })),
  queries: work.queries.map(() => null),
};
let step = null;
let timer;
const finish = () => { process.stdout.write(JSON.stringify(answer), () => process.exit(0)); };
const worker = new Worker(CODE, { eval: true, execArgv: [], workerData: work, stdout: true, stderr: true });
worker.on('error', (error) => { answer.failure ??= String(error.message).slice(0, 2000); finish(); });
worker.on('message', (message) => {
  clearTimeout(timer);
  step = message;
  if (message.type === 'ready') answer.version = message.version;
  else if (message.type === 'statement-end') answer.databases[message.database].errors[message.index] = message.error;
  else if (message.type === 'tables') answer.databases[message.database].tables = message.tables;
  else if (message.type === 'query-end') answer.queries[message.index] = { database: message.database, error: message.error ?? null, scans: message.scans ?? [] };
  else if (message.type === 'failed') answer.failure = message.message;
  if (message.type === 'done' || message.type === 'failed') return finish();
  timer = setTimeout(async () => {
    answer.stopped = { type: step.type, database: step.database ?? null, index: step.index ?? null };
    await worker.terminate();
    finish();
  }, work.stepMs);
});
`;

/** What there is to do for the program. */
export interface PostgresWork {
  /** The file URL of PGlite. */
  readonly url: string;
  readonly stepMs: number;
  readonly databases: readonly { readonly statements: readonly string[]; readonly isOrdered: boolean }[];
  readonly queries: readonly string[];
}

/** The text of the program for some work, to be fed to `node --input-type=module -`; it needs no file beside the bundle. */
export function postgresProgram(work: PostgresWork): string {
  return PROGRAM.replace('CODE', () => JSON.stringify(WORKER)).replace('WORK', () => JSON.stringify(work));
}
