/** Makes tasks of findings: one per rule and file, in the order in which fixing them makes sense. */
import type { Artifact, Finding, Severity } from '../../contracts/artifact.ts';
import type { TaskPriority, TaskType } from '../../contracts/task.ts';
import { digestOf } from '../../shared/json.ts';
import type { SourceModel } from '../source/source-model.ts';
import { AGENT_OF, type PlannedTask, sizeFor, weigh } from './planned-task.ts';

/** A rule that is broken in more files than this becomes one task. */
const MOST_FILES = 6;
/** Of a plan with more tasks each rule becomes one. */
const MAX_TASKS = 150;
const MAX_NAMED = 10;

const SKILL_TYPES: Readonly<Record<string, TaskType>> = {
  'secret-scan': 'security_review',
  'code-scan': 'bug_fix',
  'module-graph': 'architecture',
  'code-health': 'bug_fix',
  'test-review': 'testing',
  'run-tests': 'bug_fix',
  'docs-check': 'documentation',
  'user-guide': 'documentation',
  'markdown-style': 'documentation',
  'decision-records': 'architecture',
  'compliance-check': 'security_review',
  'type-errors': 'bug_fix',
  'workflow-lint': 'devops',
  'container-lint': 'devops',
  'infrastructure-lint': 'devops',
  'data-profile': 'data',
  'sql-schema': 'data',
  'postgres-schema': 'data',
  'dependency-facts': 'development',
  'risk-register': 'development',
};
const RULE_TYPES: Readonly<Record<string, TaskType>> = {
  'unresolved-import': 'bug_fix',
  'change-hotspot': 'architecture',
};
const PRIORITIES: Readonly<Record<Severity, TaskPriority>> = {
  critical: 'critical',
  error: 'high',
  warning: 'medium',
  info: 'low',
};
const VALUES: Readonly<Record<Severity, number>> = { critical: 8, error: 5, warning: 3, info: 1 };
const SEVERITY_ORDER: readonly Severity[] = ['critical', 'error', 'warning', 'info'];

/** Work of a later stage waits for work of an earlier one on the same files. */
const STAGES: Readonly<Record<string, number>> = {
  'syntax-error': 0,
  'workflow-syntax': 0,
  'sql-error': 0,
  'pg-sql-error': 0,
  'broken-json-line': 0,
  'unresolved-import': 1,
  'undeclared-dependency': 1,
  'missing-foreign-key-target': 1,
  'import-cycle': 3,
  'unused-export': 3,
  'unreachable-module': 3,
  'unused-dependency': 3,
  'change-hotspot': 3,
  'untested-module': 4,
  'test-without-assertion': 4,
  'skipped-test': 4,
  'undocumented-export': 5,
};
const USUAL_STAGE = 2;
const REFACTORING_STAGE = 3;

interface Group {
  readonly id: string;
  readonly rule: string;
  readonly skill: string;
  readonly agent: string;
  readonly findings: readonly Finding[];
  readonly files: readonly string[];
  readonly severity: Severity;
  readonly stage: number;
}

/** Tasks for all findings, and a last one that checks again. Dependencies go from earlier to later stages only, so there is no cycle. */
export function planFindings(artifacts: readonly Artifact[], model: SourceModel): readonly PlannedTask[] {
  const fine = groupFindings(artifacts, MOST_FILES);
  // A plan that is too long is made coarser: cutting it would leave findings that nobody is asked to settle.
  const groups = fine.length > MAX_TASKS ? groupFindings(artifacts, 1) : fine;
  const tasks = groups.map((group) => taskOf(group, groups, model));
  const needed = new Set(tasks.flatMap(({ dependencies }) => dependencies));
  return [
    ...tasks,
    checkAgain(
      groups,
      tasks.filter(({ id }) => !needed.has(id)).map(({ id }) => id),
    ),
  ];
}

function groupFindings(artifacts: readonly Artifact[], mostFiles: number): readonly Group[] {
  const byRule = new Map<string, { artifact: Artifact; findings: Map<string, Finding> }>();
  for (const artifact of artifacts) {
    for (const finding of artifact.findings) {
      const entry = byRule.get(finding.rule) ?? { artifact, findings: new Map<string, Finding>() };
      entry.findings.set(finding.id, finding);
      byRule.set(finding.rule, entry);
    }
  }
  const groups = [...byRule].flatMap(([rule, { artifact, findings }]) => {
    const byFile = new Map<string, Finding[]>();
    for (const finding of findings.values()) {
      byFile.set(finding.location.path, [...(byFile.get(finding.location.path) ?? []), finding]);
    }
    const parts = byFile.size > mostFiles ? [[...findings.values()]] : [...byFile.values()];
    return parts.map((members): Group => {
      const files = [...new Set(members.flatMap(placesOf))].sort((a, b) => (a < b ? -1 : 1));
      const severity =
        SEVERITY_ORDER.find((one) => members.some((finding) => finding.severity === one)) ?? 'info';
      const id = `task-${digestOf(`${rule}\n${files.join('\n')}`).slice('sha256:'.length, 'sha256:'.length + 8)}`;
      return {
        id,
        rule,
        skill: artifact.skill,
        agent: artifact.agent,
        findings: members,
        files,
        severity,
        stage: STAGES[rule] ?? USUAL_STAGE,
      };
    });
  });
  return groups.sort(
    (a, b) =>
      SEVERITY_ORDER.indexOf(a.severity) - SEVERITY_ORDER.indexOf(b.severity) ||
      a.stage - b.stage ||
      (a.id < b.id ? -1 : 1),
  );
}

function placesOf({ location, related = [] }: Finding): readonly string[] {
  return [location.path, ...related.map(({ path }) => path)];
}

function taskOf(group: Group, groups: readonly Group[], model: SourceModel): PlannedTask {
  const { id, rule, skill, findings, files, severity, stage } = group;
  const taskType = RULE_TYPES[rule] ?? SKILL_TYPES[skill] ?? 'development';
  const dependents = new Set(files.flatMap((path) => model.graph.importers(path))).size;
  const blocked = groups.filter((other) => waitsFor(other, group, model)).length;
  const [only] = files;
  const where = findings.every(({ location }) => location.path === findings[0]?.location.path)
    ? (findings[0]?.location.path ?? only ?? '')
    : `${files.length} files`;
  const named = findings
    .slice(0, MAX_NAMED)
    .map(
      ({ location, message }) => `No ${rule} at ${location.path}:${location.line} (${message.slice(0, 160)})`,
    );
  const rest = findings.length - named.length;
  return {
    id,
    title: `Resolve ${rule} in ${where}`,
    description: `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'} of ${rule} by ${skill}, in ${files.length} ${files.length === 1 ? 'file' : 'files'}.`,
    taskType,
    priority: PRIORITIES[severity],
    agent: AGENT_OF[taskType],
    acceptanceCriteria: [
      ...named,
      ...(rest > 0 ? [`None of the ${rest} further findings of ${rule} is reported again.`] : []),
      `${skill} reports no ${rule} in these files, and nothing new.`,
    ],
    dependencies: groups.filter((other) => waitsFor(group, other, model)).map((other) => other.id),
    files,
    findings: findings.map((finding) => finding.id),
    wsjf: weigh({
      businessValue: VALUES[severity],
      timeCriticality: severity === 'critical' ? 8 : stage === 0 ? 8 : stage === 1 ? 5 : 2,
      riskReduction: Math.min(8, 1 + dependents + blocked),
      jobSize: sizeFor(findings.length + files.length - 1),
    }),
  };
}

/** True when `later` must not start before `earlier` is done. */
function waitsFor(later: Group, earlier: Group, model: SourceModel): boolean {
  if (earlier.stage >= later.stage || earlier.stage >= REFACTORING_STAGE) return false;
  if (later.files.some((path) => earlier.files.includes(path))) return true;
  // What is broken in a module also stands in the way of refactoring those that import it.
  if (later.stage < REFACTORING_STAGE || earlier.stage >= USUAL_STAGE) return false;
  return later.files.some((path) =>
    model.graph.edges(path).some(({ target }) => target !== undefined && earlier.files.includes(target)),
  );
}

function checkAgain(groups: readonly Group[], dependencies: readonly string[]): PlannedTask {
  const skills = [...new Set(groups.map(({ skill }) => skill))].sort((a, b) => (a < b ? -1 : 1));
  return {
    id: 'task-check-again',
    title: 'Run the checks again',
    description: `Run ${skills.join(', ')} on the changed code.`,
    taskType: 'testing',
    priority: 'medium',
    agent: AGENT_OF.testing,
    acceptanceCriteria: [
      ...skills.map((skill) => `${skill} reports none of the findings of this plan.`),
      'The existing tests pass.',
    ],
    dependencies,
    files: [],
    findings: [],
    wsjf: weigh({ businessValue: 3, timeCriticality: 1, riskReduction: 5, jobSize: sizeFor(skills.length) }),
  };
}
