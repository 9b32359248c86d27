/** Findings as SARIF 2.1.0 (OASIS standard), for code hosts and editors. */
import type { Report, ReportFinding } from './report-schema.ts';

const LEVELS = { critical: 'error', error: 'error', warning: 'warning', info: 'note' } as const;
/** GitHub reads these as a score out of 10. */
const SCORES = { critical: '9.5', error: '7.5', warning: '5.0', info: '2.0' } as const;

/** One SARIF log with one run. */
export function toSarif(report: Report): object {
  const results = report.agents.flatMap(({ name, artifacts }) =>
    artifacts.flatMap((artifact) =>
      artifact.findings.map((finding) => resultOf(finding, name, artifact.skill)),
    ),
  );
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: report.tool.name,
            version: report.tool.version,
            rules: report.rules.map((rule) => ({
              id: rule.id,
              shortDescription: { text: rule.title },
              help: { text: rule.help },
              defaultConfiguration: { level: LEVELS[rule.severity] },
              properties: { 'security-severity': SCORES[rule.severity], skill: rule.skill },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { ROOT: { description: { text: 'The reviewed folder.' } } },
        results,
      },
    ],
  };
}

function resultOf(finding: ReportFinding, agent: string, skill: string): object {
  return {
    ruleId: finding.rule,
    level: LEVELS[finding.severity],
    message: {
      text: finding.suggestion === undefined ? finding.message : `${finding.message} ${finding.suggestion}`,
    },
    locations: [placeOf(finding.location)],
    ...(finding.related === undefined ? {} : { relatedLocations: finding.related.map(placeOf) }),
    partialFingerprints: { 'autogenOrchestrator/v1': finding.id },
    properties: { agent, skill, severity: finding.severity },
  };
}

function placeOf({ path, line, endLine, column }: ReportFinding['location']): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: 'ROOT' },
      region: {
        startLine: line,
        ...(endLine === undefined ? {} : { endLine }),
        ...(column === undefined ? {} : { startColumn: column }),
      },
    },
  };
}
