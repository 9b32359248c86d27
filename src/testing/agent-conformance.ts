/** What the contract in `contracts/agent.ts` promises, as cases for any test runner. */
import assert from 'node:assert/strict';
import { AgentCapability, type AgentContract } from '../contracts/agent.ts';
import { STOP_REASONS, TaskType } from '../contracts/task.ts';
import type { Workspace } from '../contracts/workspace.ts';
import { canonicalJson, toJsonValue } from '../shared/json.ts';
import { Task } from '../tasks/task.ts';
import type { ContractCase } from './conformance-case.ts';
import { createTestContext } from './create-test-context.ts';

/** What the suite for agents is given. */
export interface AgentConformanceOptions {
  /** Makes the agent, fresh for each case. */
  create(): AgentContract;
  /** Makes the workspace that the agent works on, if it needs one. It is not changed. */
  workspace?(): Promise<string | Workspace>;
}

/**
 * The cases for one agent.
 *
 * @example
 * for (const { name, run } of agentConformance({ create: () => new MyAgent() })) it(name, run);
 */
export function agentConformance({ create, workspace }: AgentConformanceOptions): readonly ContractCase[] {
  const contextOf = async (agent: AgentContract, signal?: AbortSignal) => {
    const folder = await workspace?.();
    return createTestContext({
      agent,
      ...(folder !== undefined && { workspace: folder }),
      ...(signal && { signal }),
    });
  };
  const taskOf = (agent: AgentContract): Task =>
    new Task({
      title: 'A task',
      description: 'A task of the contract suite.',
      taskType: agent.taskTypes[0] ?? 'development',
    });
  return [
    {
      name: 'has a name, a description, known capabilities and known task types',
      async run() {
        const { name, description, capabilities, taskTypes } = create();
        assert.ok(name.trim() !== '' && description.trim() !== '', 'name and description must not be empty');
        for (const capability of capabilities)
          assert.ok(Object.values(AgentCapability).includes(capability), `unknown capability ${capability}`);
        for (const type of taskTypes)
          assert.ok(Object.values(TaskType).includes(type), `unknown task type ${type}`);
      },
    },
    {
      name: 'returns an outcome that is JSON and agrees with itself',
      async run() {
        const agent = create();
        const { context } = await contextOf(agent);
        const outcome = await agent.handleTask(taskOf(agent).toJSON(), context);
        assert.equal(typeof outcome.success, 'boolean', 'success must be true or false');
        assert.equal(
          canonicalJson(JSON.parse(JSON.stringify(outcome))),
          canonicalJson(outcome),
          'the outcome must survive JSON',
        );
        if (outcome.stopReason !== undefined) {
          assert.ok(STOP_REASONS.includes(outcome.stopReason), `unknown stop reason ${outcome.stopReason}`);
          assert.equal(
            outcome.stopReason === 'completed',
            outcome.success,
            'only `completed` goes with success',
          );
        }
        if (!outcome.success) assert.ok(outcome.errorMessage || outcome.error, 'a failure must say why');
        for (const artifact of outcome.artifacts ?? []) {
          if (artifact.status === 'done')
            assert.ok(artifact.evidence.length > 0, `artifact ${artifact.id} is done without evidence`);
          else assert.ok(artifact.reason, `artifact ${artifact.id} is ${artifact.status} without a reason`);
        }
      },
    },
    {
      name: 'leaves the task that it was given as it is',
      async run() {
        const agent = create();
        const { context } = await contextOf(agent);
        const task = taskOf(agent).toJSON();
        const before = canonicalJson(task);
        await agent.handleTask(task, context);
        assert.equal(canonicalJson(task), before);
      },
    },
    {
      name: 'gives the same outcome again from its journal',
      async run() {
        const agent = create();
        const folder = await workspace?.();
        const options = { agent, ...(folder !== undefined && { workspace: folder }) };
        const task = taskOf(agent).toJSON();
        const first = await createTestContext(options);
        const before = toJsonValue(await agent.handleTask(task, first.context));
        const second = await createTestContext(options, first.journal);
        assert.deepEqual(toJsonValue(await agent.handleTask(task, second.context)), before);
      },
    },
    {
      name: 'rejects with the reason when it is cancelled before it begins, or ends without a success',
      async run() {
        const agent = create();
        const reason = new Error('Cancelled by the contract suite.');
        const { context } = await contextOf(agent, AbortSignal.abort(reason));
        const outcome = await agent
          .handleTask(taskOf(agent).toJSON(), context)
          .catch((error: unknown) => error);
        if (outcome !== reason)
          assert.notEqual(
            (outcome as { success?: unknown }).success,
            true,
            'a cancelled task must not succeed',
          );
      },
    },
    {
      name: 'answers a message with a response of its own name',
      async run() {
        const agent = create();
        const { context } = await contextOf(agent);
        const response = await agent.processMessage(
          {
            sender: 'suite',
            recipient: agent.name,
            content: 'What do you know?',
            messageType: 'text',
            metadata: {},
            timestamp: new Date(0).toISOString(),
            correlationId: 'suite-1',
          },
          context,
        );
        assert.equal(response.agentName, agent.name);
        assert.equal(typeof response.content, 'string');
        assert.ok(Array.isArray(response.artifacts), 'artifacts must be an array');
      },
    },
  ];
}
