/** Cuts artifacts into statements that can be ranked against a question, each with where it comes from. */
import type { Artifact, Finding } from '../contracts/artifact.ts';
import type { JsonObject, JsonValue } from '../shared/json.ts';

/** One thing an agent can say. */
export interface Statement {
  readonly id: string;
  /** What is shown. */
  readonly text: string;
  /** Further words to match by, not shown. */
  readonly keywords: string;
  readonly artifact: Artifact;
  readonly finding?: Finding;
}

/** Data is cut at this many statements for one artifact. */
const MAX_FACTS = 400;
const MAX_FACT_LENGTH = 300;

/**
 * What an artifact says: its summary, each finding, and each fact in its data. A value that only repeats the question,
 * such as the query that was searched for, is no fact.
 */
export function statementsOf(artifact: Artifact, keywords: string, question = ''): readonly Statement[] {
  const summary: Statement = {
    id: `${artifact.id}#summary`,
    text: `${artifact.title}: ${artifact.summary}`,
    keywords: `${keywords} ${words(artifact.skill)}`,
    artifact,
  };
  const findings = artifact.findings.map((finding, index): Statement => {
    const { path, line } = finding.location;
    const advice = finding.suggestion === undefined ? '' : ` ${finding.suggestion}`;
    return {
      id: `${artifact.id}#finding-${index}`,
      text: `[${finding.severity}] ${finding.message}${advice} (${path}:${line}, finding ${finding.id})`,
      keywords: `${words(finding.rule)} ${words(path)}`,
      artifact,
      finding,
    };
  });
  const facts = factsOf(artifact.data, artifact.title, question.trim())
    .slice(0, MAX_FACTS)
    .map(
      (text, index): Statement => ({
        id: `${artifact.id}#fact-${index}`,
        text: text.slice(0, MAX_FACT_LENGTH),
        keywords: '',
        artifact,
      }),
    );
  return [summary, ...findings, ...facts];
}

/** Reads `camelCase`, `kebab-case` and paths as words. */
export function words(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[-_/.#]+/g, ' ')
    .toLowerCase();
}

function factsOf(value: JsonValue, label: string, question: string, depth = 0): string[] {
  const tells = (one: JsonValue): boolean => isLeaf(one) && one !== null && one !== question;
  if (isLeaf(value)) return tells(value) ? [`${label}: ${String(value)}`] : [];
  if (depth > 4) return [];
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    if (items.length > 0 && items.every(isLeaf))
      return [`${label}: ${items.filter(tells).slice(0, 20).map(String).join(', ')}`];
    return items.flatMap((item) => factsOf(item, label, question, depth + 1));
  }
  const entries = Object.entries(value as JsonObject);
  const told = entries.filter(([, member]) => tells(member));
  const own =
    told.length === 0
      ? []
      : [`${label}: ${told.map(([key, member]) => `${words(key)} ${String(member)}`).join(', ')}`];
  const nested = entries.filter(([, member]) => !isLeaf(member));
  return [
    ...own,
    ...nested.flatMap(([key, member]) => factsOf(member, `${label}, ${words(key)}`, question, depth + 1)),
  ];
}

function isLeaf(value: JsonValue): boolean {
  return typeof value !== 'object' || value === null;
}
