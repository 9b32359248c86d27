import { z } from 'zod';
import type { AnySkill, SkillOutput } from '../../src/contracts/skill.ts';

/** A skill whose outcome the test gives. */
export function fakeSkill(
  name: string,
  outcome: Partial<AnySkill> & { readonly output?: SkillOutput | Error },
): AnySkill {
  const { output, ...rest } = outcome;
  return {
    name,
    title: `The ${name} skill`,
    description: `Does ${name}.`,
    taskTypes: ['code_review'],
    sideEffects: 'read',
    rules: [],
    input: z.looseObject({}),
    available: async () => ({ status: 'available' }),
    run: async () => {
      if (output instanceof Error) throw output;
      return output ?? { summary: 'nothing', data: {}, evidence: [] };
    },
    ...rest,
    ...({ output: z.looseObject({}) } as Partial<AnySkill>),
  } as AnySkill;
}

/** One piece of evidence, so that a fake skill may end `done`. */
export const SOME_EVIDENCE = {
  type: 'document',
  id: 'doc-1',
  title: 'A document',
  digest: `sha256:${'0'.repeat(64)}`,
} as const;
