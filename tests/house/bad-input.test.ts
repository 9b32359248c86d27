/** Every public call is given wrong values: each must be refused with an error that says what was expected and what came. */
import * as library from 'autogen-orchestrator';
import { describe, expect, it } from 'vitest';
import { describe as inWords } from '../../src/shared/errors.ts';
import { AGENT_CALLS } from '../support/bad-input/agents.ts';
import type { BadCall } from '../support/bad-input/bad-call.ts';
import { MODEL_CALLS } from '../support/bad-input/models.ts';
import { OBSERVING_CALLS } from '../support/bad-input/observing.ts';
import { PLUGIN_CALLS } from '../support/bad-input/plugins.ts';
import { RUNNING_CALLS } from '../support/bad-input/running.ts';
import { SCHEDULE_CALLS } from '../support/bad-input/schedules.ts';
import { STORE_CALLS } from '../support/bad-input/stores.ts';
import { TASK_CALLS } from '../support/bad-input/tasks.ts';
import { TOOL_CALLS } from '../support/bad-input/tools.ts';

const CALLS = [
  ...TASK_CALLS,
  ...STORE_CALLS,
  ...AGENT_CALLS,
  ...OBSERVING_CALLS,
  ...RUNNING_CALLS,
  ...SCHEDULE_CALLS,
  ...PLUGIN_CALLS,
  ...MODEL_CALLS,
  ...TOOL_CALLS,
];

/** What needs no row, with the reason. Calls without a parameter, getters and constants are left out by themselves. */
const EXEMPT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...['HookPlugin', 'ObserverPlugin', 'ProcessorPlugin', 'Plugin.initialize', 'Plugin.execute'],
      ...['onTaskCreated', 'onTaskStarted', 'onTaskCompleted', 'onTaskFailed', 'onMessageSent'].map(
        (hook) => `HookPlugin.${hook}`,
      ),
      ...['ProcessorPlugin.processTask', 'ProcessorPlugin.processResult'],
    ].map((name) => [name, 'a base to extend: does nothing until it is overridden']),
  ),
  'Task.canRetry': 'takes anything that was thrown',
  'Task.recordFailure': 'takes anything that was thrown',
  'TaskQueue.markFailed.error': 'takes anything that was thrown',
  'Conversation.record': 'internal: what runs a conversation records its turns',
  failureKindOf: 'takes anything that was thrown',
  'OpenAIModelClient.priceOf': 'hands on what a model has counted',
  'FallbackModelClient.priceOf': 'hands on what a model has counted',
  'OrchestratorError.isInstance': 'says whether it is an error, of anything',
};

describe.each(grouped())('%s refuses', (_, rows) => {
  it.each(rows.map((row): [string, BadCall] => [row.argument, row]))('a wrong %s', async (_argument, row) => {
    const faults: string[] = [];
    for (const value of row.values) {
      const fault = faultOf(row, await outcomeOf(row, value));
      if (fault !== undefined) faults.push(`${inWords(value)}: ${fault}`);
    }
    expect(faults.join('\n')).toBe('');
  });
});

describe('the table', () => {
  it('has a row for each exported function, class and method that takes something', () => {
    const covered = new Set(CALLS.map(({ of }) => of));
    expect(publicCalls().filter((name) => !covered.has(name) && !(name in EXEMPT))).toEqual([]);
  });

  it('names only calls that exist', () => {
    const known = new Set([...publicCalls(), ...withoutParameters()]);
    expect([...new Set(CALLS.map(({ of }) => of))].filter((name) => !known.has(name))).toEqual([]);
  });

  it('finds a call that accepts anything', async () => {
    const row: BadCall = { of: 'f', argument: 'a', values: [1], call: () => 1, code: 'invalid-argument' };
    expect(faultOf(row, await outcomeOf(row, 1))).toBe('accepted');
    const bare: BadCall = { ...row, call: (value: never) => (value as { a: { b: number } }).a.b };
    expect(faultOf(bare, await outcomeOf(bare, 1))).toMatch(/^not of the family: TypeError/);
  });
});

type Outcome = { readonly error: unknown } | undefined;

async function outcomeOf(row: BadCall, value: unknown): Promise<Outcome> {
  try {
    await row.call(value as never);
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** What is wrong with how a value was refused; undefined when nothing is. */
function faultOf(row: BadCall, outcome: Outcome): string | undefined {
  if (outcome === undefined) return 'accepted';
  const { error } = outcome;
  if (!library.OrchestratorError.isInstance(error)) return `not of the family: ${String(error)}`;
  if (error.code !== row.code) return `${error.code} in place of ${row.code}: ${error.message}`;
  const says = row.code === 'invalid-argument' ? /^Expected `.+` to be .+, got .+\.$/s : /\w+ .*\w/s;
  return says.test(error.message) ? undefined : `does not say what was expected: ${error.message}`;
}

function grouped(): [string, BadCall[]][] {
  return [...Map.groupBy(CALLS, ({ of }) => of)];
}

function exported(): readonly (readonly [name: string, value: unknown])[] {
  return Object.entries(library);
}

function isClass(value: unknown): value is { readonly prototype: object } {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}

/** Methods of a class, static ones too, with whether they take something. */
function methodsOf(name: string, value: { readonly prototype: object }): [string, boolean][] {
  const holders = [value.prototype, value];
  return holders.flatMap((holder) =>
    Object.entries(Object.getOwnPropertyDescriptors(holder)).flatMap(
      ([key, descriptor]): [string, boolean][] =>
        key !== 'constructor' && typeof descriptor.value === 'function'
          ? [[`${name}.${key}`, takesSomething(descriptor.value)]]
          : [],
    ),
  );
}

/** Looks at the text of the parameter list: `length` does not count parameters with defaults. */
function takesSomething(value: unknown): boolean {
  const text = Function.prototype.toString.call(value);
  return !/^(?:async\s*)?\*?\s*(?:function\s*)?[\w$]*\s*\(\s*\)/.test(text);
}

function allCalls(): [string, boolean][] {
  return exported().flatMap(([name, value]): [string, boolean][] => {
    if (isClass(value)) return [[name, takesConstruction(value)], ...methodsOf(name, value)];
    if (typeof value === 'function') return [[name, takesSomething(value)]];
    return Object.entries(value as object)
      .filter(([, member]) => typeof member === 'function')
      .map(([key, member]) => [`${name}.${key}`, takesSomething(member)]);
  });
}

/** A class without a constructor of its own takes what its parent takes; without a parent, nothing. */
function takesConstruction(value: { readonly prototype: object }): boolean {
  const text = Function.prototype.toString.call(value);
  return /\bconstructor\s*\((?!\s*\))/.test(text) || /^class\s+\w+\s+extends\b/.test(text);
}

function publicCalls(): readonly string[] {
  const own = ['Orchestrator.on'];
  return [...allCalls().flatMap(([name, takes]) => (takes ? [name] : [])), ...own];
}

function withoutParameters(): readonly string[] {
  return allCalls().flatMap(([name, takes]) => (takes ? [] : [name]));
}
