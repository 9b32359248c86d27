/** Cuts the lines around a finding out of its file, with secrets masked as in the finding. */
import type { Finding } from '../contracts/artifact.ts';
import type { Workspace } from '../contracts/workspace.ts';

/** Lines shown before and after. */
const AROUND = 2;
const MAX_LINE = 240;

export interface Excerpt {
  readonly from: number;
  readonly lines: string[];
}

/** By finding id. A file that can't be read any more has none. */
export async function excerptsOf(
  findings: readonly Finding[],
  workspace: Workspace,
  redact: (text: string) => string,
): Promise<Record<string, Excerpt>> {
  const masked = maskedLines(findings);
  const excerpts: Record<string, Excerpt> = {};
  for (const { id, location } of findings) {
    const file = await workspace.read(location.path);
    if (file === undefined || file.digest !== location.fileDigest) continue;
    const from = Math.max(1, location.line - AROUND);
    const lines = file.lines.slice(from - 1, location.line + AROUND).map((text, index) => {
      const shown = masked.get(`${location.path}\n${from + index}`) ?? redact(text);
      return shown.length > MAX_LINE ? `${shown.slice(0, MAX_LINE)}…` : shown;
    });
    excerpts[id] = { from, lines };
  }
  return excerpts;
}

/** A line that one finding masks is masked wherever it is shown. */
function maskedLines(findings: readonly Finding[]): ReadonlyMap<string, string> {
  const places = findings
    .flatMap(({ location, related = [] }) => [location, ...related])
    .filter(({ masked }) => masked === true);
  return new Map(places.map(({ path, line, excerpt }) => [`${path}\n${line}`, excerpt]));
}
