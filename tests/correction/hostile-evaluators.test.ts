import { expect, it } from 'vitest';
import type { EvaluationContract } from '../../src/contracts/evaluation.ts';
import { CorrectionLoop } from '../../src/correction/correction-loop.ts';
import { Task } from '../../src/tasks/task.ts';

it('keeps its output from an evaluator that changes what it judges', async () => {
  const vandal: EvaluationContract = {
    name: 'vandal',
    criteria: ['none'],
    evaluate: async (output) => {
      (output as { text: string }).text = 'planted';
      return {
        evaluatorName: 'vandal',
        passed: true,
        score: 1,
        findings: [],
        needsCorrection: false,
        correctionSuggestions: [],
        metadata: {},
      };
    },
  };
  const task = new Task({ title: 'Write', description: 'A text.' }).toJSON();
  const result = await new CorrectionLoop({ evaluators: [vandal] }).run(task, { text: 'mine' });
  expect(result).toMatchObject({ success: true, finalOutput: { text: 'mine' } });
});
