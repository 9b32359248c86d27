import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../src/backends/memory/index.ts';
import { SqliteBackend } from '../../src/backends/sqlite/index.ts';
import type { Backend } from '../../src/contracts/backend.ts';
import { Orchestrator } from '../../src/orchestrator/orchestrator.ts';
import { Workflow } from '../../src/workflow/workflow.ts';
import { WorkflowStep } from '../../src/workflow/workflow-step.ts';
import { WORK, WorkingAgent } from '../support/stub-agents.ts';

let folder = '';
const made: Orchestrator[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenants-'));
});
afterEach(async () => {
  for (const orchestrator of made.splice(0)) await orchestrator.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

interface House {
  readonly orchestrator: Orchestrator;
  readonly agent: WorkingAgent;
  readonly heard: string[];
}

function house(tenant: string, backend: Backend): House {
  const orchestrator = new Orchestrator({ tenant, backend });
  made.push(orchestrator);
  const agent = new WorkingAgent((task) => ({ success: true, output: `${tenant} did ${task.title}` }));
  orchestrator.registerAgent(agent);
  const heard: string[] = [];
  orchestrator.on('*', (event) => heard.push(`${event.tenant} ${event.type}`));
  return { orchestrator, agent, heard };
}

const file = (): SqliteBackend => new SqliteBackend({ path: join(folder, 'runs.db'), pollMs: 5 });

/** Two orchestrators of different tenants: on one file, and on one object. */
const PLACES = {
  'a SQLite file': () => [file(), file()],
  'a backend object': () => {
    const backend = new MemoryBackend();
    return [backend, backend];
  },
  'a backend object over a SQLite file': () => {
    const backend = file();
    return [backend, backend];
  },
} as const satisfies Record<string, () => readonly [Backend, Backend] | Backend[]>;

describe.each(Object.entries(PLACES))('two tenants on %s', (_name, open) => {
  it('have their tasks done by their own agents, with equal ids, and hear of their own alone', async () => {
    const [first, second] = open() as [Backend, Backend];
    const north = house('north', first);
    const south = house('south', second);
    await Promise.all([north.orchestrator.start(), south.orchestrator.start()]);
    const ids = Array.from({ length: 20 }, (_, index) => `task-${index}`);
    const results = await Promise.all(
      [north, south].flatMap(({ orchestrator }) =>
        ids.map(async (id) => (await orchestrator.runTask({ id, title: id, ...WORK })).output),
      ),
    );
    expect(results).toEqual(['north', 'south'].flatMap((tenant) => ids.map((id) => `${tenant} did ${id}`)));
    for (const [tenant, { agent, heard }] of Object.entries({ north, south })) {
      expect(agent.seen.length).toBe(20);
      expect(new Set(agent.seen.map((task) => task.tenant))).toEqual(new Set([tenant]));
      expect(new Set(heard.map((line) => line.split(' ')[0]))).toEqual(new Set([tenant]));
    }
  });

  it('have their workflows done by their own agents', async () => {
    const [first, second] = open() as [Backend, Backend];
    const houses = { north: house('north', first), south: house('south', second) };
    await Promise.all(Object.values(houses).map(({ orchestrator }) => orchestrator.start()));
    for (const [tenant, { orchestrator }] of Object.entries(houses)) {
      const workflow = new Workflow({ name: 'two steps' });
      const one = new WorkflowStep({ name: 'one', stepType: 'task', config: { title: 'one', ...WORK } });
      workflow.addStep(one);
      workflow.addStep(
        new WorkflowStep({
          name: 'two',
          stepType: 'task',
          config: { title: 'two', ...WORK },
          dependencies: [one.id],
        }),
      );
      const result = await orchestrator.runWorkflow(workflow);
      expect([result.errorMessage, result.success]).toEqual([null, true]);
      expect(JSON.stringify(result)).toContain(`${tenant} did two`);
    }
    expect(houses.north.agent.seen.length + houses.south.agent.seen.length).toBe(4);
  });

  it('can not read, wait for, cancel or depend on what is not theirs', async () => {
    const [first, second] = open() as [Backend, Backend];
    const north = house('north', first).orchestrator;
    const south = house('south', second).orchestrator;
    const id = await north.submitTask({ id: 'secret', title: 'secret', ...WORK });
    await expect(south.waitFor(id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(south.cancel(id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(south.submitTask({ title: 'x', ...WORK, dependencies: [id] })).rejects.toMatchObject({
      code: 'unknown-dependency',
    });
    const events = south.stream(id)[Symbol.asyncIterator]();
    await expect(events.next()).rejects.toMatchObject({ code: 'not-found' });
    expect((await south.getStatus()).runs).toMatchObject({});
    expect(Object.values((await south.getStatus()).runs).reduce((sum, count) => sum + count, 0)).toBe(0);
  });
});

describe('an orchestrator alone on a file', () => {
  it('leaves the work of another tenant to that tenant', async () => {
    const north = house('north', file());
    await north.orchestrator.submitTask({ id: 'theirs', title: 'theirs', ...WORK });
    await north.orchestrator.shutdown();
    const backend = file();
    const south = house('south', backend);
    expect((await south.orchestrator.runTask({ title: 'mine', ...WORK })).output).toBe('south did mine');
    expect((await backend.store.get('theirs', 'north'))?.status).toBe('queued');
    expect(await backend.explain('theirs', 'north')).toMatch(/none of the 1 processes/);
    const again = house('north', file());
    await again.orchestrator.start();
    expect((await again.orchestrator.waitFor('theirs')).output).toBe('north did theirs');
    expect(south.agent.seen.map(({ title }) => title)).toEqual(['mine']);
  });

  it('refuses a second orchestrator of the same tenant on one backend object', () => {
    const backend = new MemoryBackend();
    house('north', backend);
    expect(() => new Orchestrator({ tenant: 'north', backend })).toThrow(
      expect.objectContaining({ code: 'already-exists' }),
    );
  });
});
