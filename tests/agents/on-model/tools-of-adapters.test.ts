import { fileURLToPath } from 'node:url';
import { CLIAdapter, MCPAdapter, Orchestrator, ResearchAgent } from 'autogen-orchestrator';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { assembleTools } from '../../../src/agents/on-model/assemble-tools.ts';
import { adapterTool, adapterTools } from '../../../src/llm/loop/adapter-tool.ts';
import { defineTool } from '../../../src/llm/loop/define-tool.ts';
import { createTestContext, ScriptedModel } from '../../../src/testing/index.ts';
import { fakeSkill } from '../../support/fake-skill.ts';
import { folderOf } from '../../support/skill-context.ts';

const SERVER = fileURLToPath(new URL('../../support/mcp/server.ts', import.meta.url));

const TASK = {
  title: 'Send a note',
  description: 'Send the sum of 2 and 3 as a note.',
  taskType: 'research',
  retryConfig: { strategy: 'none' },
} as const;

const call = (name: string, input: object) => ({ functionCalls: [{ name, arguments: input }] });
const END = call('submit_answer', { summary: 'Sent.', claims: [], open: [], isDone: true });

describe('tools of adapters', () => {
  it('are offered to an agent of an orchestrator: reading runs, the rest waits for a person', {
    timeout: 60_000,
  }, async () => {
    const model = new ScriptedModel([
      call('notes_add', { a: 2, b: 3 }),
      call('notes_send', { note: '5' }),
      END,
    ]);
    const orchestrator = new Orchestrator({
      model,
      adapters: [
        new MCPAdapter({
          name: 'notes',
          server: { command: process.execPath, args: [SERVER] },
          effects: { add: 'read' },
        }),
      ],
    });
    orchestrator.registerAgent(new ResearchAgent({ enableAutogen: true, skills: [] }));
    await orchestrator.start();
    const asked = new Promise<void>((resolve) => orchestrator.on('approval-requested', () => resolve()));
    const running = orchestrator.runTask({ ...TASK });
    await asked;
    const [waiting] = await orchestrator.pendingApprovals();
    expect(waiting).toMatchObject({
      kind: 'tool',
      payload: { tool: 'notes_send', sideEffects: 'external', input: { note: '5' } },
    });
    await orchestrator.approve(waiting?.id ?? '');
    const result = await running;
    await orchestrator.shutdown();
    expect(result).toMatchObject({ success: true, usage: { modelCalls: 3, toolCalls: 2 } });
    expect(result.artifacts).toMatchObject([
      { kind: 'tool-call', skill: 'notes_send', data: { input: { note: '5' }, output: { text: 'sent' } } },
    ]);
    const names = model.requests[0]?.options.tools?.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['notes_add', 'notes_send', 'recall']));
  });

  it('keep apart what has the same name: the tool given first holds', async () => {
    const agent = new ResearchAgent();
    const warnings: unknown[] = [];
    const mine = defineTool({
      name: 'recall',
      description: 'Mine.',
      input: z.object({}),
      execute: async () => 'mine',
    });
    const { context } = await createTestContext({
      agent,
      tools: [mine],
      workspace: await folderOf({ 'a.txt': 'x' }),
    });
    const box = await assembleTools({
      agent: 'R',
      skills: [fakeSkill('read_file'), fakeSkill('other')],
      context: {
        ...context,
        logger: { ...context.logger, warn: (facts: unknown) => warnings.push(facts) } as never,
      },
      request: { title: '', description: '' },
      given: [],
    });
    expect(box.list.map(({ name }) => name)).toEqual([
      'recall',
      'read_file',
      'other',
      'list_files',
      'find_text',
    ]);
    expect(box.list[0]?.description).toBe('Mine.');
    expect(warnings).toEqual([{ tool: 'read_file' }, { tool: 'recall' }]);
  });

  it('go on without an adapter that can not be reached', { timeout: 30_000 }, async () => {
    const gone = new MCPAdapter({ name: 'gone', server: { command: 'no-such-program-anywhere' } });
    const agent = new ResearchAgent();
    const { context } = await createTestContext({ agent, workspace: await folderOf({ 'a.txt': 'x' }) });
    const box = await assembleTools({
      agent: 'R',
      skills: [],
      context: { ...context, adapters: new Map([['gone', gone]]) },
      request: { title: '', description: '' },
      given: [],
    });
    expect(box.list.map(({ name }) => name)).toEqual(['list_files', 'read_file', 'find_text', 'recall']);
  });

  it('have names that endpoints take, and still differ', () => {
    const odd = new CLIAdapter({ enabled: true, allowedCommands: ['node'] });
    Object.defineProperty(odd, 'name', { value: 'my cli' });
    const first = adapterTool(odd, 'run');
    Object.defineProperty(odd, 'name', { value: 'my.cli' });
    const second = adapterTool(odd, 'run');
    for (const { name } of [first, second]) expect(name).toMatch(/^my_cli_run_[0-9a-f]{8}$/);
    expect(first.name).not.toBe(second.name);
  });

  it('of the CLI say which programs there are, and none without any', () => {
    const [run] = adapterTools(new CLIAdapter({ enabled: true, allowedCommands: ['node', 'git'] }));
    expect(run).toMatchObject({ name: 'cli_run', sideEffects: 'external' });
    expect(run?.description).toContain('node, git');
    expect(adapterTools(new CLIAdapter())).toEqual([]);
  });
});
