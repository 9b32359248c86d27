/** Brings the schema to this release's tables. Several processes may come at once: the first one does it, the others find it done. */
import type { ClientPort, PoolPort } from './pool-port.ts';
import { functions } from './sql/functions.ts';
import { tables } from './sql/tables.ts';
import { storageFailure } from './storage-error.ts';

export interface SchemaNames {
  /** Quoted. */
  readonly schema: string;
  /** As it is. */
  readonly schemaName: string;
  /** Quoted: where DBOS has its tables. */
  readonly dbos: string;
  readonly channel: string;
  readonly where: string;
}

/** Any number will do as long as it stays. */
const MIGRATION_LOCK = 7_236_842_001n;

/** Each brings the schema one version up. */
function migrations({ schema, dbos, channel }: SchemaNames): readonly string[] {
  return [tables(schema) + functions(schema, dbos, channel)];
}

/**
 * Resolves to the id that these tables got when they were made. Throws `storage-failed` when the schema is of a newer
 * release or of another program; it is left as it is then.
 */
export async function migrate(pool: PoolPort, names: SchemaNames): Promise<string> {
  const steps = migrations(names);
  if ((await versionOf(pool, names)) !== steps.length) await bringUpAlone(pool, names, steps);
  const { rows } = await pool.query({
    text: `SELECT origin FROM ${names.schema}.schema_version`,
    values: [],
  });
  return (rows[0] as { origin: string }).origin;
}

async function bringUpAlone(pool: PoolPort, names: SchemaNames, steps: readonly string[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await bringUp(client, names, steps);
    await client.query('COMMIT');
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function bringUp(client: ClientPort, names: SchemaNames, steps: readonly string[]): Promise<void> {
  const { schema, where } = names;
  const version = await versionOf(client, names);
  if (version > steps.length) throw storageFailure(where, 'newer-schema');
  if (version === steps.length) return;
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${schema}.schema_version (version integer NOT NULL, origin uuid NOT NULL)`,
  );
  for (const step of steps.slice(version)) await client.query(step);
  await client.query(
    version === 0
      ? `INSERT INTO ${schema}.schema_version VALUES (${steps.length}, gen_random_uuid())`
      : `UPDATE ${schema}.schema_version SET version = ${steps.length}`,
  );
}

async function versionOf(
  client: Pick<PoolPort, 'query'>,
  { schema, schemaName, where }: SchemaNames,
): Promise<number> {
  const { rows } = await client.query({
    text: 'SELECT relname AS name FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace WHERE nspname = $1',
    values: [schemaName],
  });
  if (rows.length === 0) return 0;
  if (!rows.some((row) => (row as { name: string }).name === 'schema_version'))
    throw storageFailure(where, 'foreign');
  const version = await client.query({ text: `SELECT version FROM ${schema}.schema_version`, values: [] });
  return (version.rows[0] as { version: number } | undefined)?.version ?? 0;
}
