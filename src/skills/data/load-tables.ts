/** Reads all tables of a workspace's data files, once for each workspace. */
import type { SkillContext } from '../../contracts/skill.ts';
import { readDelimited } from './delimited-text.ts';
import { isSettingsFile, readJsonLines, readJsonTables } from './json-tables.ts';
import type { Table } from './table.ts';

const MAX_FILES = 50;

/** Paths of files that may hold data: CSV, TSV, NDJSON, and JSON that is no settings file. */
export async function dataFiles({ workspace, signal }: SkillContext): Promise<readonly string[]> {
  const { files } = await workspace.list({ signal });
  return files
    .map(({ path }) => path)
    .filter(
      (path) =>
        /\.(?:csv|tsv|tab|ndjson|jsonl|jsonlines|geojsonl)$/i.test(path) ||
        (/\.json$/i.test(path) && !isSettingsFile(path)),
    );
}

/** Tables of the first fifty files that hold one. Rows that do not fit their table are left out. */
export function loadTables(context: SkillContext): Promise<readonly Table[]> {
  const { workspace, signal } = context;
  return workspace.memo('data:tables', async () => {
    const tables: Table[] = [];
    let read = 0;
    for (const path of await dataFiles(context)) {
      signal.throwIfAborted();
      if (read >= MAX_FILES) break;
      const file = await workspace.read(path);
      if (file === undefined) continue;
      const found: Table[] = [];
      if (/\.json$/i.test(path)) found.push(...readJsonTables(file));
      else if (/\.(?:ndjson|jsonl|jsonlines|geojsonl)$/i.test(path)) {
        const { table } = readJsonLines(file);
        if (table !== undefined) found.push(table);
      } else {
        const parsed = await readDelimited(file);
        if (parsed !== undefined && !parsed.isIrregular) found.push(parsed.table);
      }
      const filled = found.filter(({ rows, columns }) => rows.length > 0 && columns.length > 0);
      if (filled.length > 0) read += 1;
      tables.push(...filled);
    }
    return tables;
  });
}
