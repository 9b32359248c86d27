/** All built-in skills by the agent that has them. */
import type { AnySkill, RuleInfo, SideEffects } from '../contracts/skill.ts';
import type { TaskType } from '../contracts/task.ts';
import {
  architectSkills,
  dataSkills,
  devopsSkills,
  devSkills,
  docsSkills,
  pmSkills,
  qaSkills,
  researchSkills,
  securitySkills,
} from '../skills/index.ts';

/** One agent's part of the catalogue. */
export interface CatalogueRole {
  readonly agent: string;
  /** The folder of its skills: `devops`. */
  readonly role: string;
  readonly skills: readonly AnySkill[];
}

/** In the order of the report. */
export const SKILL_CATALOGUE: readonly CatalogueRole[] = [
  { agent: 'PMAgent', role: 'pm', skills: pmSkills },
  { agent: 'ArchitectAgent', role: 'architect', skills: architectSkills },
  { agent: 'DevAgent', role: 'dev', skills: devSkills },
  { agent: 'QAAgent', role: 'qa', skills: qaSkills },
  { agent: 'SecurityAgent', role: 'security', skills: securitySkills },
  { agent: 'DocsAgent', role: 'docs', skills: docsSkills },
  { agent: 'ResearchAgent', role: 'research', skills: researchSkills },
  { agent: 'DevOpsAgent', role: 'devops', skills: devopsSkills },
  { agent: 'DataAgent', role: 'data', skills: dataSkills },
];

interface ListedSkill {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly taskTypes: readonly TaskType[];
  readonly sideEffects: SideEffects;
  readonly rules: readonly RuleInfo[];
}

/** The catalogue as plain data. */
export function listSkills(): readonly { readonly agent: string; readonly skills: readonly ListedSkill[] }[] {
  return SKILL_CATALOGUE.map(({ agent, skills }) => ({
    agent,
    skills: skills.map(({ name, title, description, taskTypes, sideEffects, rules }) => ({
      name,
      title,
      description,
      taskTypes,
      sideEffects,
      rules: rules.map(({ id, severity, title, help }) => ({ id, severity, title, help })),
    })),
  }));
}

/** The catalogue for people, ending in a line feed. */
export function skillsText(): string {
  const agents = listSkills();
  const lines = agents.flatMap(({ agent, skills }) => [
    agent,
    ...skills.flatMap(({ name, title, taskTypes, sideEffects, rules }) => [
      `  ${name}: ${title}`,
      `    tasks: ${taskTypes.join(', ')}; side effects: ${sideEffects}`,
      ...rules.map(({ id, severity, title: what }) => `    ${severity.padEnd(8)}  ${id}: ${what}`),
    ]),
    '',
  ]);
  const skills = agents.flatMap((one) => one.skills);
  const rules = new Set(skills.flatMap((skill) => skill.rules.map(({ id }) => id)));
  return `${lines.join('\n')}\n${agents.length} agents, ${skills.length} skills, ${rules.size} rules.\n`;
}
