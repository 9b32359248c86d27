/** Makes findings and the places they point at, so that all skills do it alike. */
import type { Finding, LocationEvidence } from '../../contracts/artifact.ts';
import type { RuleInfo } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { digestOf } from '../../shared/json.ts';

const MAX_EXCERPT = 200;

/** A place in a file. `mask` lists texts to hide in the excerpt. Lines and columns count from 1. */
export function locate(
  file: TextFile,
  line: number,
  {
    endLine,
    column,
    mask = [],
  }: { readonly endLine?: number; readonly column?: number; readonly mask?: readonly string[] } = {},
): LocationEvidence {
  const raw = file.lines[line - 1] ?? '';
  const hidden = maskTexts(raw, mask);
  return {
    type: 'location',
    path: file.path,
    line,
    ...(endLine === undefined || endLine === line ? {} : { endLine }),
    ...(column === undefined ? {} : { column }),
    fileDigest: file.digest,
    excerpt: hidden.trim().slice(0, MAX_EXCERPT),
    ...(hidden === raw ? {} : { masked: true }),
  };
}

/** Replaces each text by asterisks behind its first characters: a quarter of it, four at most. Longer texts go first. */
export function maskTexts(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
    const shown = secret.slice(0, Math.min(4, Math.floor(secret.length / 4)));
    // A function, since `$&` in a replacement text would put the secret back.
    if (secret !== '') masked = masked.replaceAll(secret, () => `${shown}${'*'.repeat(8)}`);
  }
  return masked;
}

/** What a finding is made of. */
export interface FindingParts {
  readonly rule: RuleInfo;
  readonly message: string;
  readonly location: LocationEvidence;
  readonly suggestion?: string;
  readonly related?: readonly LocationEvidence[];
  /** Overrides the rule's. */
  readonly severity?: Finding['severity'];
}

/** Gives each finding a stable id and puts them in order: worst first, then by path and line. */
export function makeFindings(parts: readonly FindingParts[]): Finding[] {
  const seen = new Map<string, number>();
  const inOrder = [...parts].sort(
    (a, b) =>
      compareText(a.location.path, b.location.path) ||
      a.location.line - b.location.line ||
      compareText(a.rule.id, b.rule.id),
  );
  const findings = inOrder.map(({ rule, message, location, suggestion, related, severity }): Finding => {
    const stem = `${rule.id}\n${location.path}\n${location.excerpt}`;
    const ordinal = seen.get(stem) ?? 0;
    seen.set(stem, ordinal + 1);
    return {
      id: digestOf(`${stem}\n${ordinal}`).slice('sha256:'.length, 'sha256:'.length + 12),
      rule: rule.id,
      severity: severity ?? rule.severity,
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
      location,
      ...(related === undefined || related.length === 0 ? {} : { related }),
    };
  });
  const weight = { critical: 0, error: 1, warning: 2, info: 3 };
  return findings.sort((a, b) => weight[a.severity] - weight[b.severity]);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
