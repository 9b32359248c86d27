/** What a caller may set on an agent, and what the base class makes of it. */
import { AgentCapability } from '../contracts/agent.ts';
import type { AgentMemory } from '../contracts/memory.ts';
import type { ModelClient } from '../contracts/model.ts';
import type { AnySkill } from '../contracts/skill.ts';
import { TaskType } from '../contracts/task.ts';
import type { ContextPolicy } from '../llm/loop/context-policy.ts';
import { checkLimits, type LoopLimits } from '../llm/loop/loop-options.ts';
import { checkPolicy, type ToolPolicy } from '../llm/loop/tool-policy.ts';
import {
  checkBoolean,
  checkKeys,
  checkListOf,
  checkMethods,
  checkOneOf,
  checkText,
} from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';
import { isPlainObject } from '../shared/json.ts';

/** Skills, or how to load them when they are first needed. */
export type SkillSource = readonly AnySkill[] | (() => Promise<readonly AnySkill[]>);

/** What every agent takes. */
export interface AgentOptions {
  /** Unique in an orchestrator. @default the class's own name */
  readonly name?: string;
  /** Whether to think with a model. Without a model or key it falls back to skills and says so. @default false */
  readonly enableAutogen?: boolean;
  /** This agent's own model. @default the orchestrator's */
  readonly model?: ModelClient;
  /** Put before every conversation with a model. @default a text made from the profile */
  readonly systemMessage?: string;
  /** Skills in place of the profile's own. */
  readonly skills?: SkillSource;
  /** A folder with prompts of yours, such as `DevAgent.md` or `rules.md`, in place of those of the package. */
  readonly prompts?: string;
  /** What a model may call, by the tool's name. @default it may read; a person is asked about the rest */
  readonly toolPolicy?: ToolPolicy;
  /** Limits of one piece of work with a model. @default 25 model calls, 100 tool calls, 10 minutes */
  readonly loopLimits?: LoopLimits;
  /** What of a long talk the model is still shown. @default the newest turns that fit its window */
  readonly contextPolicy?: ContextPolicy;
  /** This agent's own memory. @default one that the orchestrator keeps for it */
  readonly memory?: AgentMemory;
}

/** What an agent is. */
export interface AgentProfile extends AgentOptions {
  readonly name: string;
  readonly description: string;
  readonly capabilities: readonly AgentCapability[];
  /** Tasks it takes. */
  readonly taskTypes: readonly TaskType[];
  /** The prompt file of its role, without `.md`. @default 'default' */
  readonly promptName?: string;
  /** Task types whose point is to write something new, which skills alone can't do. @default [] */
  readonly needsModelFor?: readonly TaskType[];
}

const KNOWN: readonly string[] = [
  'name',
  'description',
  'capabilities',
  'taskTypes',
  'needsModelFor',
  'enableAutogen',
  'model',
  'systemMessage',
  'skills',
  'memory',
  'prompts',
  'toolPolicy',
  'loopLimits',
  'contextPolicy',
  'promptName',
];

/** Checks skills by what an agent asks of them. Throws {@link InvalidArgumentError}. */
export function checkSkills(skills: readonly AnySkill[]): readonly AnySkill[] {
  return checkListOf('skills', skills, ['available', 'run'], 'a skill');
}

/** Checks a profile. Throws {@link InvalidArgumentError}. */
export function checkProfile(profile: AgentProfile): AgentProfile {
  if (!isPlainObject(profile))
    throw new InvalidArgumentError(
      'profile',
      'an object with name, description, capabilities and taskTypes',
      profile,
    );
  checkKeys('profile', profile, KNOWN);
  checkText('name', profile.name);
  checkText('description', profile.description);
  checkList('capabilities', profile.capabilities, Object.values(AgentCapability));
  checkList('taskTypes', profile.taskTypes, Object.values(TaskType));
  checkList('needsModelFor', profile.needsModelFor ?? [], Object.values(TaskType));
  if (profile.enableAutogen !== undefined) checkBoolean('enableAutogen', profile.enableAutogen);
  if (profile.systemMessage !== undefined) checkText('systemMessage', profile.systemMessage);
  if (profile.prompts !== undefined) checkText('prompts', profile.prompts);
  if (profile.promptName !== undefined) checkText('promptName', profile.promptName);
  if (profile.toolPolicy !== undefined) checkPolicy('toolPolicy', profile.toolPolicy);
  if (profile.loopLimits !== undefined) checkLimits('loopLimits', profile.loopLimits);
  if (profile.contextPolicy !== undefined)
    checkMethods('contextPolicy', profile.contextPolicy, ['fit'], 'a context policy');
  const { skills } = profile;
  if (skills !== undefined && typeof skills !== 'function' && !Array.isArray(skills)) {
    throw new InvalidArgumentError('skills', 'an array of skills or a function that loads them', skills);
  }
  if (Array.isArray(skills)) checkSkills(skills);
  if (profile.memory !== undefined)
    checkMethods('memory', profile.memory, ['store', 'search'], 'the memory of an agent');
  if (profile.model !== undefined && typeof profile.model?.create !== 'function') {
    throw new InvalidArgumentError(
      'model',
      'a model client (with create, createStream, countTokens, close)',
      profile.model,
    );
  }
  return profile;
}

function checkList<T extends string>(name: string, value: readonly T[], allowed: readonly T[]): void {
  if (!Array.isArray(value)) throw new InvalidArgumentError(name, `an array of ${allowed.join(', ')}`, value);
  for (const [index, item] of value.entries()) checkOneOf(`${name}[${index}]`, item, allowed);
}
