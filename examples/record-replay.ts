// Calls of a model are recorded once and played again: without the model, without cost, strictly.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrchestratorError, ReplayModelClient, recordModel } from 'autogen-orchestrator';
import { ScriptedModel } from 'autogen-orchestrator/testing';

const folder = await mkdtemp(join(tmpdir(), 'recording-'));
const path = join(folder, 'capital.json');
const ask = (country: string) =>
  [{ type: 'user', content: `What is the capital of ${country}?`, source: 'user' }] as const;

// In place of the scripted model stands your own; the file goes beside the test that plays it.
const live = recordModel(new ScriptedModel(['Paris.']), { path });
console.log('recorded:', (await live.create(ask('France'))).content);

const replay = new ReplayModelClient(path);
const { content, cached } = await replay.create(ask('France'));
console.log('played:', content, `cached: ${cached}`);

const again = new ReplayModelClient(path);
try {
  await again.create(ask('Italy'));
} catch (error) {
  if (!OrchestratorError.isInstance(error)) throw error;
  console.log(error.code);
  console.log(error.message);
}
await rm(folder, { recursive: true });

// Prints:
// recorded: Paris.
// played: Paris. cached: true
// unexpected-call
// This request was not recorded. The nearest recorded one differs (- recorded, + asked):
// -       "content": "What is the capital of France?",
// +       "content": "What is the capital of Italy?",
