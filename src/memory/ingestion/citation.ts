/** Where an ingested entry came from, in a form that can be opened: `docs/guide.md#L12-L30`. */

export interface Citation {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
}

/** Writes a citation as an entry's `source`. */
export function formatCitation({ path, line, endLine }: Citation): string {
  return `${path}#L${line}-L${endLine}`;
}

/** Reads an entry's `source`; undefined for one that was not ingested. */
export function parseCitation(source: string | null): Citation | undefined {
  const match = /^(.{1,4096})#L(\d{1,9})-L(\d{1,9})$/s.exec(source ?? '');
  if (match === null) return undefined;
  return { path: match[1] as string, line: Number(match[2]), endLine: Number(match[3]) };
}
