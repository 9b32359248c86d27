/** Findings as SARIF 2.1.0 (OASIS standard), for code hosts and editors. */
import type { Severity } from '../contracts/artifact.ts';
import type { Comparison, Report, ReportFinding } from './report-schema.ts';

const LEVELS = { critical: 'error', error: 'error', warning: 'warning', info: 'note' } as const;
/** GitHub reads these as a score out of 10, and shows rules that have one as security alerts. */
const SCORES = { critical: '9.5', error: '7.5', warning: '5.0', info: '2.0' } as const;
const SECURITY_AGENT = 'SecurityAgent';

interface Rule {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly help: string;
  readonly skill: string;
}

/** One SARIF log with one run. */
export function toSarif(report: Report): object {
  const rules = rulesOf(report);
  const indexOf = new Map(rules.map(({ id }, index) => [id, index]));
  const securitySkills = new Set(
    report.agents
      .filter(({ name }) => name === SECURITY_AGENT)
      .flatMap(({ artifacts }) => artifacts.map(({ skill }) => skill)),
  );
  const found = report.agents.flatMap(({ name, artifacts }) =>
    artifacts.flatMap(({ skill, findings }) =>
      findings.map((finding) => resultOf(finding, indexOf.get(finding.rule) ?? -1, { agent: name, skill })),
    ),
  );
  const results = [
    ...found,
    ...(report.comparison?.fixed ?? []).map((fixed) => fixedResultOf(fixed, indexOf.get(fixed.rule) ?? -1)),
  ];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: report.tool.name,
            version: report.tool.version,
            rules: rules.map((rule) => ruleOf(rule, securitySkills.has(rule.skill))),
          },
        },
        invocations: [
          {
            ...executionOf(report),
            endTimeUtc: report.createdAt,
          },
        ],
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { ROOT: { description: { text: 'The reviewed folder.' } } },
        results,
      },
    ],
  };
}

/** What failed, and what could not run (SARIF 2.1.0, 3.20.21): a reader must not take the silence of either for a clean result. */
function executionOf({ agents }: Report): object {
  const notifications = agents.flatMap(({ name, status, reason, artifacts }) => {
    const broken = artifacts.filter((one) => one.status === 'failed' || one.status === 'unavailable');
    const own = status === 'failed' && !broken.some((one) => one.status === 'failed');
    return [
      ...(own ? [{ level: 'error', text: `${name} failed: ${reason ?? 'no reason was given'}` }] : []),
      ...broken.map((one) => ({
        level: one.status === 'failed' ? 'error' : 'note',
        text: `${name}: ${one.skill} ${one.status === 'failed' ? 'failed' : 'could not run'}: ${one.reason ?? one.summary}`,
      })),
    ];
  });
  return {
    executionSuccessful: notifications.every(({ level }) => level !== 'error'),
    ...(notifications.length === 0
      ? {}
      : {
          toolExecutionNotifications: notifications.map(({ level, text }) => ({
            level,
            message: { text: messageText(text) },
          })),
        }),
  };
}

/** The rules of the report and, so that none is missing, those that only findings name. */
function rulesOf({ rules, agents, comparison }: Report): readonly Rule[] {
  const all = new Map<string, Rule>(rules.map((rule) => [rule.id, rule]));
  for (const { artifacts } of agents) {
    for (const { skill, findings } of artifacts) {
      for (const { rule: id, severity } of findings)
        if (!all.has(id)) all.set(id, { id, severity, title: id, help: `A finding of ${skill}.`, skill });
    }
  }
  for (const { rule: id, severity, skill } of comparison?.fixed ?? [])
    if (!all.has(id)) all.set(id, { id, severity, title: id, help: `A finding of ${skill}.`, skill });
  return [...all.values()];
}

function ruleOf({ id, severity, title, help, skill }: Rule, isSecurity: boolean): object {
  return {
    id,
    shortDescription: { text: messageText(title) },
    help: { text: messageText(help) },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      skill,
      ...(isSecurity ? { tags: ['security'], 'security-severity': SCORES[severity] } : {}),
    },
  };
}

function resultOf(finding: ReportFinding, ruleIndex: number, from: { agent: string; skill: string }): object {
  const { rule, severity, message, suggestion, location, related, id, state, silenced } = finding;
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: messageText(suggestion === undefined ? message : `${message} ${suggestion}`) },
    locations: [placeOf(location)],
    ...(related === undefined
      ? {}
      : { relatedLocations: related.map((place, index) => ({ id: index + 1, ...placeOf(place) })) }),
    partialFingerprints: { 'autogenOrchestrator/v1': id },
    ...(state === undefined ? {} : { baselineState: state }),
    ...(silenced === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: messageText(silenced.reason),
              ...(silenced.until === undefined ? {} : { properties: { until: silenced.until } }),
            },
          ],
        }),
    properties: { ...from, severity },
  };
}

/** What is not found any more: SARIF 2.1.0, 3.27.24. */
function fixedResultOf(
  { id, agent, skill, rule, severity, message, path, line }: Comparison['fixed'][number],
  ruleIndex: number,
): object {
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: messageText(message) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: relativeUri(path), uriBaseId: 'ROOT' },
          region: { startLine: line },
        },
      },
    ],
    partialFingerprints: { 'autogenOrchestrator/v1': id },
    baselineState: 'absent',
    properties: { agent, skill, severity },
  };
}

function placeOf({ path, line, endLine, column }: ReportFinding['location']): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: relativeUri(path), uriBaseId: 'ROOT' },
      region: {
        startLine: line,
        ...(endLine === undefined || endLine < line ? {} : { endLine }),
        ...(column === undefined ? {} : { startColumn: column }),
      },
    },
  };
}

/** A path as a URI reference (RFC 3986). */
function relativeUri(path: string): string {
  // A lone surrogate has no UTF-8, and so no URI.
  return path.toWellFormed().split('/').map(encodeURIComponent).join('/');
}

/** SARIF 2.1.0, 3.11.6: brackets would make a link of a repository's text, so they are escaped where that could be. */
function messageText(text: string): string {
  return text.includes('](') ? text.replace(/[[\]\\]/g, '\\$&') : text;
}
