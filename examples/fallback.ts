// Several models as one: who fails rests, the next one answers.

import { FallbackModelClient, failureKindOf, limitModel, OrchestratorError } from 'autogen-orchestrator';
import { ScriptedModel } from 'autogen-orchestrator/testing';

const quota = new OrchestratorError('model-failed', 'No credit left.', { details: { kind: 'quota' } });
const large = new ScriptedModel([quota], { model: 'large' });
const small = new ScriptedModel(['Paris.', 'Rome.'], { model: 'small' });

// Behind the chain the small one lets ten calls a minute through; others wait their turn.
const model = new FallbackModelClient([large, limitModel(small, { requestsPerMinute: 10 })], {
  when: (error) => ['quota', 'rate-limit', 'server', 'timeout'].includes(failureKindOf(error) ?? ''),
  coolDownMs: 60_000,
});

for (const country of ['France', 'Italy']) {
  const question = { type: 'user', content: `The capital of ${country}?`, source: 'user' } as const;
  const { content, model: who } = await model.create([question]);
  console.log(content, `said by ${who}`);
}
console.log(`${large.requests.length} call of the large one, ${small.requests.length} of the small one`);

// Prints:
// Paris. said by small
// Rome. said by small
// 1 call of the large one, 2 of the small one
