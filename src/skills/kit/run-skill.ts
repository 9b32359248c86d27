/** Runs a skill and makes the artifact of what came back: checked input and output, honest status, no lost error. */
import type { Artifact, ArtifactStatus } from '../../contracts/artifact.ts';
import { parseWith } from '../../contracts/schema.ts';
import type { AnySkill, SkillContext, SkillOutput } from '../../contracts/skill.ts';
import { errorToJson, OrchestratorError, toError } from '../../shared/errors.ts';
import { digestJson, type JsonObject } from '../../shared/json.ts';

/** Resolves with an artifact also when the skill fails; rejects only when the context's signal has aborted. */
export async function runSkill(
  skill: AnySkill,
  input: unknown,
  context: SkillContext,
  { agent }: { readonly agent: string },
): Promise<Artifact> {
  const startedAt = context.clock.now();
  const close = (
    status: ArtifactStatus,
    parts: Pick<SkillOutput, 'summary' | 'data' | 'findings' | 'evidence' | 'reason'>,
  ): Artifact => {
    const content = {
      skill: skill.name,
      status,
      data: parts.data,
      findings: (parts.findings ?? []).map(({ id }) => id),
    };
    return {
      schemaVersion: 1,
      id: `${skill.name}-${digestJson(content).slice('sha256:'.length, 'sha256:'.length + 10)}`,
      kind: skill.name,
      title: skill.title,
      agent,
      skill: skill.name,
      status,
      ...(parts.reason === undefined ? {} : { reason: parts.reason }),
      summary: parts.summary,
      data: parts.data,
      findings: parts.findings ?? [],
      evidence: parts.evidence,
      durationMs: Math.max(0, Math.round(context.clock.now() - startedAt)),
    };
  };
  try {
    context.signal.throwIfAborted();
    const checked = await parseWith(skill.input, input, `The input of skill ${skill.name}`);
    const availability = await skill.available(context);
    if (availability.status !== 'available') {
      return close(availability.status, {
        summary: availability.reason,
        reason: availability.reason,
        data: {},
        evidence: [],
      });
    }
    const output = await skill.run(checked, context);
    const status = output.status ?? 'done';
    if (status !== 'done') return close(status, { ...output, reason: output.reason ?? output.summary });
    if (output.evidence.length === 0) {
      throw new OrchestratorError(
        'evidence-mismatch',
        `Skill ${skill.name} ended \`done\` without any evidence.`,
      );
    }
    const data: JsonObject = await parseWith<JsonObject>(
      skill.output,
      output.data,
      `The output of skill ${skill.name}`,
    );
    return close('done', { ...output, data });
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    const reason = toError(error).message;
    context.logger.warn({ skill: skill.name, error: errorToJson(error) }, 'a skill failed');
    return close('failed', {
      summary: reason,
      reason,
      data: { error: { ...errorToJson(error) } as unknown as JsonObject },
      evidence: [],
    });
  }
}
