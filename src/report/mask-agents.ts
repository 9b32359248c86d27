/** Hides secrets in what agents report: texts and data. Ids, digests, rules and paths stay, since others point at them. */
import type { Artifact, Evidence, Finding, LocationEvidence } from '../contracts/artifact.ts';
import type { JsonObject, JsonValue } from '../shared/json.ts';
import type { AgentRun } from './agent-run.ts';

type Mask = (text: string) => string;

/** Copies of the runs in which `mask` went over every text that came from files, tools or errors. */
export function maskAgents(agents: readonly AgentRun[], mask: Mask): readonly AgentRun[] {
  return agents.map((agent) => ({
    ...agent,
    reason: agent.reason === null ? null : mask(agent.reason),
    artifacts: agent.artifacts.map((artifact) => maskArtifact(artifact, mask)),
  }));
}

function maskArtifact(artifact: Artifact, mask: Mask): Artifact {
  return {
    ...artifact,
    title: mask(artifact.title),
    summary: mask(artifact.summary),
    ...(artifact.reason === undefined ? {} : { reason: mask(artifact.reason) }),
    data: maskValue(artifact.data, mask) as JsonObject,
    findings: artifact.findings.map((finding) => maskFinding(finding, mask)),
    evidence: artifact.evidence.map((one) => maskEvidence(one, mask)),
  };
}

function maskFinding(finding: Finding, mask: Mask): Finding {
  const { message, suggestion, location, related } = finding;
  return {
    ...finding,
    message: mask(message),
    ...(suggestion === undefined ? {} : { suggestion: mask(suggestion) }),
    location: maskLocation(location, mask),
    ...(related === undefined ? {} : { related: related.map((place) => maskLocation(place, mask)) }),
  };
}

function maskEvidence(evidence: Evidence, mask: Mask): Evidence {
  if (evidence.type === 'location') return maskLocation(evidence, mask);
  if (evidence.type === 'document') return { ...evidence, title: mask(evidence.title) };
  return { ...evidence, argv: evidence.argv.map(mask) };
}

function maskLocation(location: LocationEvidence, mask: Mask): LocationEvidence {
  const excerpt = mask(location.excerpt);
  return excerpt === location.excerpt ? location : { ...location, excerpt, masked: true };
}

function maskValue(value: JsonValue, mask: Mask): JsonValue {
  if (typeof value === 'string') return mask(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => maskValue(item, mask));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [mask(key), maskValue(member, mask)]),
  );
}
