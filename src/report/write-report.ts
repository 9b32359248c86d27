/** Writes a report into a folder in its four forms. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toHtml } from './html.ts';
import { toMarkdown } from './markdown.ts';
import type { Report } from './report-schema.ts';
import { toSarif } from './sarif.ts';

/** Makes the folder where needed and replaces each file whole. Returns the files' names. Rejects with the system's error. */
export async function writeReport(report: Report, folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const files = {
    'report.html': await toHtml(report),
    'report.md': toMarkdown(report),
    'report.json': `${JSON.stringify(report, null, 2)}\n`,
    'findings.sarif': `${JSON.stringify(toSarif(report), null, 2)}\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    // Written beside and moved into place: a reader never sees half a file.
    const temporary = join(folder, `.${name}.${process.pid}.tmp`);
    await writeFile(temporary, text);
    await rename(temporary, join(folder, name));
  }
  return Object.keys(files);
}
