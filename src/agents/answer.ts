/** Answers a message from artifacts: every sentence comes from a statement, every statement cites where it comes from. */
import type { AgentContext, AgentMessage, AgentResponse } from '../contracts/agent.ts';
import type { Artifact } from '../contracts/artifact.ts';
import type { AnySkill } from '../contracts/skill.ts';
import type { JsonObject, JsonValue } from '../shared/json.ts';
import { performSkill } from './perform-skill.ts';
import { rankStatements, subjectOf } from './rank-statements.ts';
import { type Statement, statementsOf } from './statements.ts';

/** Statements in one answer, or new ones in one turn of a conversation. */
const ANSWER_LIMIT = 5;
const TURN_LIMIT = 3;

/** What a skill finds must not depend on who happens to ask: a question is no request for work. */
const NO_REQUEST = { title: '', description: '' };

interface Speaker {
  readonly name: string;
  readonly description: string;
}

/** An answer with `metadata.citations`; out of scope, it says what the agent holds and `metadata.outOfScope` is true. */
export async function answerFrom(
  speaker: Speaker,
  skills: readonly AnySkill[],
  message: AgentMessage,
  context: AgentContext,
): Promise<AgentResponse> {
  const question = message.content;
  const artifacts = await holdings(speaker, skills, question, context);
  const statements = artifacts.flatMap((artifact) =>
    statementsOf(artifact, keywordsOf(skills, artifact.skill), question),
  );
  const isTurn = message.messageType === 'conversation-turn';
  const chosen = isTurn
    ? newFindings(question, statements, postedIn(message))
    : chooseStatements(question, statements);
  if (isTurn && chosen.length === 0) return respond(speaker, context, '', artifacts, [], { pass: true });
  if (chosen.length > 0) {
    return respond(
      speaker,
      context,
      chosen.map((statement) => `- ${sentence(statement)}`).join('\n'),
      artifacts,
      chosen,
      {},
    );
  }
  return respond(speaker, context, outOfScope(speaker, artifacts), artifacts, [], { outOfScope: true });
}

function chooseStatements(question: string, statements: readonly Statement[]): readonly Statement[] {
  if (subjectOf(question).length > 0) return rankStatements(question, statements, ANSWER_LIMIT);
  const summaries = statements.filter((statement) => statement.id.endsWith('#summary'));
  const worst = statements.filter((statement) => statement.finding !== undefined).slice(0, ANSWER_LIMIT);
  return [...summaries, ...worst];
}

/** Findings that fit the topic and nobody has posted; with a topic that fits none, the worst that are left. */
function newFindings(
  topic: string,
  statements: readonly Statement[],
  posted: ReadonlySet<string>,
): readonly Statement[] {
  const open = statements.filter(({ finding }) => finding !== undefined && !posted.has(finding.id));
  const fitting = rankStatements(topic, open, TURN_LIMIT);
  return fitting.length > 0 ? fitting : open.slice(0, TURN_LIMIT);
}

function postedIn(message: AgentMessage): ReadonlySet<string> {
  const posted = message.metadata['posted'];
  return new Set(Array.isArray(posted) ? posted.map(String) : []);
}

/** What the agent knows of this workspace: its last results, else found once per snapshot; skills that search look anew. */
async function holdings(
  speaker: Speaker,
  skills: readonly AnySkill[],
  question: string,
  context: AgentContext,
): Promise<readonly Artifact[]> {
  if (context.workspace === undefined) return [];
  const { workspace } = context;
  const artifacts: Artifact[] = [];
  const earlier = Object.values(context.inputs).flatMap((result) => result.artifacts);
  for (const skill of skills.filter(({ sideEffects }) => sideEffects === 'none' || sideEffects === 'read')) {
    const kept = earlier.findLast(
      (artifact) => artifact.agent === speaker.name && artifact.skill === skill.name,
    );
    const perform = (input: unknown, request: typeof NO_REQUEST): Promise<Artifact> =>
      performSkill(speaker.name, skill, input, request, context);
    if (skill.inputFor === undefined) {
      artifacts.push(
        kept ??
          (await workspace.memo(`holding:${speaker.name}:${skill.name}`, () => perform({}, NO_REQUEST))),
      );
    } else {
      artifacts.push(
        await perform(skill.inputFor(question), { title: question.slice(0, 120), description: question }),
      );
    }
  }
  return artifacts;
}

function keywordsOf(skills: readonly AnySkill[], name: string): string {
  const skill = skills.find((candidate) => candidate.name === name);
  return skill === undefined
    ? ''
    : [skill.title, skill.description, ...skill.rules.map((rule) => rule.title)].join(' ');
}

function sentence({ text, artifact, finding }: Statement): string {
  return finding === undefined ? `${text} (artifact ${artifact.id})` : text;
}

function outOfScope(speaker: Speaker, artifacts: readonly Artifact[]): string {
  if (artifacts.length === 0)
    return `I am ${speaker.name}. ${speaker.description} I hold nothing to answer from: that takes skills and a workspace, or a \`processMessage\` of my own.`;
  const held = artifacts.map(
    (artifact) => `- ${artifact.title} (artifact ${artifact.id}, ${artifact.status}): ${artifact.summary}`,
  );
  return `Nothing that I hold answers this. I am ${speaker.name}. ${speaker.description} I hold:\n${held.join('\n')}`;
}

function respond(
  speaker: Speaker,
  context: AgentContext,
  content: string,
  artifacts: readonly Artifact[],
  cited: readonly Statement[],
  metadata: JsonObject,
): AgentResponse {
  const citations = cited.map(
    ({ artifact, finding }): JsonValue => ({
      artifactId: artifact.id,
      ...(finding === undefined
        ? {}
        : { findingId: finding.id, path: finding.location.path, line: finding.location.line }),
    }),
  );
  return {
    agentName: speaker.name,
    content,
    success: true,
    artifacts,
    metadata: { ...metadata, citations },
    timestamp: new Date(context.clock.now()).toISOString(),
    needsCorrection: false,
    correctionReason: null,
  };
}
