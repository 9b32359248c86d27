/** A task of a plan, and how its urgency is weighed. */
import type { TaskPriority, TaskType } from '../../contracts/task.ts';

/** Weighted shortest job first: (value + urgency + risk) / size. Source: Reinertsen, "Principles of Product Development Flow". */
export interface Wsjf {
  /** 1 to 8: what it is worth. */
  readonly businessValue: number;
  /** 1 to 8: what waiting costs. */
  readonly timeCriticality: number;
  /** 1 to 8: what it makes safe or possible. */
  readonly riskReduction: number;
  /** 1, 2, 3, 5, 8 or 13, by how much there is to touch. */
  readonly jobSize: number;
  readonly score: number;
}

/** A task before it is scheduled. */
export interface PlannedTask {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly taskType: TaskType;
  readonly priority: TaskPriority;
  /** The default name of the agent it suits. */
  readonly agent: string;
  readonly acceptanceCriteria: readonly string[];
  readonly dependencies: readonly string[];
  readonly files: readonly string[];
  /** Ids of the findings it settles. */
  readonly findings: readonly string[];
  readonly wsjf: Wsjf;
}

/** The agent that takes a type of task. */
export const AGENT_OF: Readonly<Record<TaskType, string>> = {
  planning: 'PMAgent',
  development: 'DevAgent',
  feature: 'DevAgent',
  bug_fix: 'DevAgent',
  testing: 'QAAgent',
  security_review: 'SecurityAgent',
  documentation: 'DocsAgent',
  code_review: 'DevAgent',
  research: 'ResearchAgent',
  architecture: 'ArchitectAgent',
  devops: 'DevOpsAgent',
  data: 'DataAgent',
};

const SIZES = [1, 2, 3, 5, 8, 13] as const;

/** The smallest size that holds so many things to touch. */
export function sizeFor(things: number): number {
  return SIZES.find((size) => size >= things) ?? 13;
}

export function weigh(parts: Omit<Wsjf, 'score'>): Wsjf {
  const { businessValue, timeCriticality, riskReduction, jobSize } = parts;
  return {
    ...parts,
    score: Math.round(((businessValue + timeCriticality + riskReduction) / jobSize) * 100) / 100,
  };
}
