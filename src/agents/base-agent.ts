/**
 * The agent that others extend: give a profile and override {@link BaseAgent.handleTask}, or give skills and let it
 * run those that fit the task. What it can't do it says.
 */
import type {
  AgentCapability,
  AgentContext,
  AgentContract,
  AgentMessage,
  AgentResponse,
} from '../contracts/agent.ts';
import type { Artifact } from '../contracts/artifact.ts';
import type { AgentMemory } from '../contracts/memory.ts';
import type { ModelClient } from '../contracts/model.ts';
import type { AnySkill } from '../contracts/skill.ts';
import type { TaskJson, TaskOutcome, TaskType } from '../contracts/task.ts';
import { checkObject, checkString } from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import { type AgentProfile, checkProfile, checkSkills, type SkillSource } from './agent-options.ts';
import { answerFrom } from './answer.ts';
import { concludeTask } from './conclude-task.ts';
import type { ModelWorker } from './on-model/agent-work.ts';
import { performSkill } from './perform-skill.ts';

/** Runs the skills that fit a task and answers questions from their artifacts. */
export class BaseAgent implements AgentContract {
  readonly name: string;
  readonly description: string;
  readonly capabilities: readonly AgentCapability[];
  readonly taskTypes: readonly TaskType[];
  readonly enableAutogen: boolean;
  readonly model: ModelClient | undefined;
  readonly systemMessage: string;
  readonly memory: AgentMemory | undefined;
  readonly #profile: AgentProfile;
  readonly #needsModelFor: readonly TaskType[];
  readonly #source: SkillSource;
  #skills: Promise<readonly AnySkill[]> | undefined;
  #worker: Promise<ModelWorker> | undefined;
  #hasWarned = false;

  /** Throws {@link InvalidArgumentError} on a profile with a wrong or missing field. */
  constructor(profile: AgentProfile) {
    const checked = checkProfile(profile);
    this.#profile = checked;
    this.name = checked.name;
    this.description = checked.description;
    this.capabilities = [...checked.capabilities];
    this.taskTypes = [...checked.taskTypes];
    this.enableAutogen = checked.enableAutogen ?? false;
    this.model = checked.model;
    this.systemMessage = checked.systemMessage ?? `You are ${checked.name}. ${checked.description}`;
    this.memory = checked.memory;
    this.#needsModelFor = checked.needsModelFor ?? [];
    this.#source = checked.skills ?? [];
  }

  /** The agent's skills, loaded on first use. */
  skills(): Promise<readonly AnySkill[]> {
    this.#skills ??= loadSkills(this.#source);
    return this.#skills;
  }

  /**
   * Without a model: runs each skill that lists the task's type, or exactly those named in `task.metadata.skills`, one
   * after another. `task.metadata.skillInputs` may hold an input for each by name. With `enableAutogen` and a model: lets
   * the model use its skills (or those named) and all other tools of the context, see `docs/agents-with-a-model.md`.
   */
  async handleTask(task: TaskJson, context: AgentContext): Promise<TaskOutcome> {
    checkObject('task.metadata', checkObject('task', task)['metadata']);
    checkObject('context', context);
    const mustWrite = this.#needsModelFor.includes(task.taskType);
    const model = this.#usableModel(context);
    if (model === undefined)
      return concludeTask(this.name, task, await this.#runSkills(task, context), {
        needsModel: mustWrite,
        isModelMissing: this.enableAutogen,
      });
    const { doTaskOnModel } = await import('./on-model/do-task.ts');
    return doTaskOnModel(task, {
      worker: await this.#workerOf(),
      context,
      model,
      skills: task.metadata['skills'] === undefined ? await this.skills() : await this.#skillsFor(task),
      mustWrite,
      runSkills: () => this.#runSkills(task, context),
    });
  }

  /** Answers from what its skills found in the workspace, citing artifact, finding, file and line. */
  async processMessage(message: AgentMessage, context: AgentContext): Promise<AgentResponse> {
    checkString('message.content', checkObject('message', message)['content']);
    checkObject('context', context);
    const model = this.#usableModel(context);
    const skills = await this.skills();
    if (model !== undefined) {
      const { answerOnModel } = await import('./on-model/answer-message.ts');
      return answerOnModel(message, { worker: await this.#workerOf(), context, model, skills });
    }
    const answer = await answerFrom(this, skills, message, context);
    return this.enableAutogen ? { ...answer, metadata: { ...answer.metadata, modelFallback: true } } : answer;
  }

  async #runSkills(task: TaskJson, context: AgentContext): Promise<readonly Artifact[]> {
    const skills = await this.#skillsFor(task);
    const inputs = skillInputs(task.metadata);
    const artifacts: Artifact[] = [];
    for (const skill of skills) {
      artifacts.push(await performSkill(this.name, skill, inputs[skill.name] ?? {}, task, context));
    }
    return artifacts;
  }

  /** The model to work with, if one is wanted and can call tools. That there is none is said once. */
  #usableModel({ model, logger }: AgentContext): ModelClient | undefined {
    if (!this.enableAutogen) return undefined;
    if (model?.info.functionCalling === true) return model;
    if (!this.#hasWarned) {
      const reason = model === undefined ? 'there is no model' : `${model.info.model} can't call tools`;
      logger.warn({ agent: this.name, reason }, 'works with its skills alone');
    }
    this.#hasWarned = true;
    return undefined;
  }

  #workerOf(): Promise<ModelWorker> {
    const {
      promptName = 'default',
      systemMessage,
      prompts,
      toolPolicy,
      loopLimits,
      contextPolicy,
    } = this.#profile;
    this.#worker ??= import('./on-model/prompt-files.ts').then(({ PromptFiles }) => ({
      name: this.name,
      description: this.description,
      promptName,
      ownSystemMessage: systemMessage,
      prompts: new PromptFiles(prompts),
      policy: toolPolicy ?? {},
      limits: loopLimits ?? {},
      contextPolicy,
    }));
    return this.#worker;
  }

  async #skillsFor(task: TaskJson): Promise<readonly AnySkill[]> {
    const skills = await this.skills();
    const wanted = task.metadata['skills'];
    if (wanted === undefined) return skills.filter((skill) => skill.taskTypes.includes(task.taskType));
    if (!Array.isArray(wanted))
      throw new InvalidArgumentError('task.metadata.skills', 'an array of skill names', wanted);
    return wanted.map((name: unknown) => {
      const skill = skills.find((candidate) => candidate.name === name);
      const known = skills.map((candidate) => candidate.name).join(', ') || 'none';
      if (skill === undefined)
        throw new InvalidArgumentError(
          'task.metadata.skills',
          `names of skills of ${this.name} (${known})`,
          name,
        );
      return skill;
    });
  }
}

async function loadSkills(source: SkillSource): Promise<readonly AnySkill[]> {
  return typeof source === 'function' ? checkSkills(await source()) : source;
}

function skillInputs(metadata: JsonObject): Readonly<Record<string, unknown>> {
  const inputs = metadata['skillInputs'];
  return typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs)
    ? (inputs as JsonObject)
    : {};
}
