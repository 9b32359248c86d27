/** The shape of an agent's answer, and the check that what it cites is there. */
import { z } from 'zod';
import type { Schema } from '../../contracts/schema.ts';
import type { StructuredFormat } from '../../llm/create-structured.ts';
import { isPlainObject, type JsonObject } from '../../shared/json.ts';

/** What the model submits at the end. */
export interface AgentAnswer {
  readonly summary: string;
  readonly claims: readonly { readonly text: string; readonly artifacts: readonly string[] }[];
  /** What is left undone or unknown. */
  readonly open: readonly string[];
  /** Whether the task was done. */
  readonly isDone: boolean;
}

const MOST_CLAIMS = 50;

const SHAPE = z.object({
  summary: z.string().max(20_000).describe('the answer, in a few sentences'),
  claims: z
    .array(
      z.object({
        text: z.string().min(1).max(2000),
        artifacts: z.array(z.string().max(200)).min(1).max(20).describe('ids of the artifacts that show it'),
      }),
    )
    .max(MOST_CLAIMS)
    .describe('what was found or done, each with what shows it'),
  open: z.array(z.string().max(2000)).max(MOST_CLAIMS).describe('what is left undone or unknown'),
  isDone: z.boolean().describe('whether the task was done'),
});

/** An answer fits when every artifact that it cites is known by then. */
export function answerFormat(isKnown: (artifact: string) => boolean): StructuredFormat<AgentAnswer> {
  const schema: Schema<AgentAnswer> = {
    '~standard': {
      version: 1,
      vendor: 'autogen-orchestrator',
      async validate(value) {
        const checked = await SHAPE['~standard'].validate(value);
        if (checked.issues !== undefined) return checked;
        const unknown = checked.value.claims.flatMap(({ artifacts }, index) =>
          artifacts
            .filter((id) => !isKnown(id))
            .map((id) => ({
              path: ['claims', index, 'artifacts'],
              message: `there is no artifact ${JSON.stringify(id)}; cite only ids that a tool gave you, or move the claim to \`open\``,
            })),
        );
        return unknown.length > 0 ? { issues: unknown } : { value: checked.value };
      },
    },
  };
  return { name: 'agent_answer', schema, jsonSchema: jsonSchema() };
}

function jsonSchema(): JsonObject {
  const made: unknown = z.toJSONSchema(SHAPE);
  return isPlainObject(made) ? (made as JsonObject) : {};
}
