/** Checks a step's config by its type. */
import { TaskPriority, TaskType } from '../contracts/task.ts';
import {
  checkInteger,
  checkJson,
  checkKeys,
  checkNumber,
  checkObject,
  checkOneOf,
  checkText,
  checkTextArray,
} from '../shared/check.ts';
import { InvalidArgumentError } from '../shared/errors.ts';
import { SUPPORTED_STEP_TYPES, type WorkflowStepType } from './workflow-types.ts';

/** A year: longer waits are a mistake in the unit. */
const LONGEST_WAIT_SECONDS = 31_536_000;

/** What a config of each type may hold. */
const MEMBERS: Readonly<Record<WorkflowStepType, readonly string[]>> = {
  task: ['title', 'description', 'taskType', 'priority', 'agent', 'inputs', 'metadata'],
  agent_action: ['agent', 'message'],
  conversation: ['topic', 'participants', 'maxRounds'],
  condition: ['expression', 'then', 'else'],
  parallel: ['steps', 'concurrency'],
  loop: ['steps', 'times', 'forEach', 'while', 'maxRounds'],
  wait: ['seconds'],
  approval: ['title', 'payload', 'timeoutSeconds', 'onTimeout'],
  subworkflow: ['workflow', 'inputs'],
};

/** Throws {@link InvalidArgumentError} naming the member, and for types that this version does not carry out. */
export function checkStepConfig(
  step: string,
  stepType: WorkflowStepType,
  config: Readonly<Record<string, unknown>>,
): void {
  const at = (member: string): string => `config.${member} of step ${step}`;
  if (!(SUPPORTED_STEP_TYPES as readonly string[]).includes(stepType)) {
    throw new InvalidArgumentError(
      `stepType of step ${step}`,
      `one of ${SUPPORTED_STEP_TYPES.join(', ')} (others are not in this version)`,
      stepType,
    );
  }
  checkKeys(`config of step ${step}`, config, MEMBERS[stepType]);
  if (stepType === 'task') checkTask(config, at);
  if (stepType === 'parallel') checkParallel(config, at);
  if (stepType === 'condition') {
    checkText(at('expression'), config['expression']);
    for (const branch of ['then', 'else'])
      if (config[branch] !== undefined) checkTextArray(at(branch), config[branch]);
  }
  if (stepType === 'conversation') {
    checkText(at('topic'), config['topic']);
    if (checkTextArray(at('participants'), config['participants']).length === 0) {
      throw new InvalidArgumentError(at('participants'), 'at least one agent', config['participants']);
    }
    if (config['maxRounds'] !== undefined) checkInteger(at('maxRounds'), config['maxRounds'], 1);
  }
  if (stepType === 'wait') checkNumber(at('seconds'), config['seconds'], 0, LONGEST_WAIT_SECONDS);
  if (stepType === 'approval') {
    checkText(at('title'), config['title']);
    if (config['payload'] !== undefined) checkJson(at('payload'), config['payload']);
    if (config['timeoutSeconds'] !== undefined)
      checkNumber(at('timeoutSeconds'), config['timeoutSeconds'], 0, LONGEST_WAIT_SECONDS);
    if (config['onTimeout'] !== undefined)
      checkOneOf(at('onTimeout'), config['onTimeout'], ['reject', 'approve']);
  }
  if (stepType === 'agent_action') {
    checkText(at('agent'), config['agent']);
    checkText(at('message'), config['message']);
  }
  if (stepType === 'loop') checkLoop(config, at);
  if (stepType === 'subworkflow') {
    checkObject(at('workflow'), config['workflow']);
    checkExpressions(config, at);
  }
}

function checkTask(config: Readonly<Record<string, unknown>>, at: (member: string) => string): void {
  checkText(at('title'), config['title']);
  checkText(at('description'), config['description']);
  if (config['taskType'] !== undefined)
    checkOneOf(at('taskType'), config['taskType'], Object.values(TaskType));
  if (config['priority'] !== undefined)
    checkOneOf(at('priority'), config['priority'], Object.values(TaskPriority));
  if (config['agent'] !== undefined) checkText(at('agent'), config['agent']);
  if (config['metadata'] !== undefined) checkObject(at('metadata'), config['metadata']);
  checkExpressions(config, at);
}

function checkExpressions(config: Readonly<Record<string, unknown>>, at: (member: string) => string): void {
  if (config['inputs'] === undefined) return;
  for (const [name, expression] of Object.entries(checkObject(at('inputs'), config['inputs']))) {
    checkText(at(`inputs.${name}`), expression);
  }
}

function checkLoop(config: Readonly<Record<string, unknown>>, at: (member: string) => string): void {
  checkSteps(config, at);
  const given = ['times', 'forEach', 'while'].filter((member) => config[member] !== undefined);
  if (given.length !== 1)
    throw new InvalidArgumentError(at('times, forEach, while'), 'exactly one of the three', given);
  if (config['times'] !== undefined) checkInteger(at('times'), config['times']);
  if (config['forEach'] !== undefined) checkText(at('forEach'), config['forEach']);
  if (config['while'] !== undefined) checkText(at('while'), config['while']);
  if (config['maxRounds'] !== undefined) checkInteger(at('maxRounds'), config['maxRounds'], 1);
}

function checkParallel(config: Readonly<Record<string, unknown>>, at: (member: string) => string): void {
  checkSteps(config, at);
  if (config['concurrency'] !== undefined) checkInteger(at('concurrency'), config['concurrency'], 1);
}

function checkSteps(config: Readonly<Record<string, unknown>>, at: (member: string) => string): void {
  if (!Array.isArray(config['steps']) || config['steps'].length === 0) {
    throw new InvalidArgumentError(at('steps'), 'an array of at least one step', config['steps']);
  }
  for (const [index, step] of config['steps'].entries()) {
    const given = checkObject(at(`steps[${index}]`), step);
    checkText(at(`steps[${index}].name`), given['name']);
  }
}
