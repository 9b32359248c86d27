import { z } from 'zod';
import type { AnySkill, SkillOutput } from '../../src/contracts/skill.ts';

/** A skill that gives what the test says, or throws it. */
export function fakeSkill(
  name: string,
  { gives, ...rest }: Partial<AnySkill> & { readonly gives?: SkillOutput | Error } = {},
): AnySkill {
  return {
    name,
    title: `The ${name} skill`,
    description: `Does ${name}.`,
    taskTypes: ['code_review'],
    sideEffects: 'read',
    rules: [],
    input: z.looseObject({}),
    output: z.looseObject({}),
    available: async () => ({ status: 'available' }),
    run: async () => {
      if (gives instanceof Error) throw gives;
      return gives ?? { summary: 'nothing', data: {}, evidence: [] };
    },
    ...rest,
  };
}

/** One piece of evidence, so that a fake skill may end `done`. */
export const SOME_EVIDENCE = {
  type: 'document',
  id: 'doc-1',
  title: 'A document',
  digest: `sha256:${'0'.repeat(64)}`,
} as const;
