/** What the contract in `contracts/skill.ts` promises, as cases for any test runner. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BaseAgent } from '../agents/base-agent.ts';
import type { Artifact, LocationEvidence } from '../contracts/artifact.ts';
import type { KnowledgeReader } from '../contracts/memory.ts';
import { type AnySkill, SIDE_EFFECTS } from '../contracts/skill.ts';
import { TaskType } from '../contracts/task.ts';
import { digestOf } from '../shared/json.ts';
import { Task } from '../tasks/task.ts';
import type { ContractCase } from './conformance-case.ts';
import { createTestContext } from './create-test-context.ts';

/** What the suite for skills is given. */
export interface SkillConformanceOptions {
  readonly skill: AnySkill;
  /** Makes a folder on which the skill ends `done`. It is not changed. */
  workspace(): Promise<string>;
  /** @default {} */
  readonly input?: object;
  /** Makes what the skill can look up. @default an empty knowledge base */
  knowledge?(): KnowledgeReader;
}

/** The cases for one skill. */
export function skillConformance({
  skill,
  workspace,
  input = {},
  knowledge,
}: SkillConformanceOptions): readonly ContractCase[] {
  const perform = async (): Promise<{ artifact: Artifact; root: string }> => {
    const root = await workspace();
    const taskType = skill.taskTypes[0] ?? 'development';
    const agent = new BaseAgent({
      name: 'Suite',
      description: 'Runs one skill.',
      capabilities: [],
      taskTypes: [taskType],
      skills: [skill],
    });
    const { context } = await createTestContext({
      agent,
      workspace: root,
      ...(knowledge !== undefined && { knowledge: knowledge() }),
    });
    const metadata = {
      skills: [skill.name],
      skillInputs: { [skill.name]: JSON.parse(JSON.stringify(input)) },
    };
    const task = new Task({
      title: 'Do it',
      description: 'A task of the contract suite.',
      taskType,
      metadata,
    });
    const { artifacts = [] } = await agent.handleTask(task.toJSON(), context);
    return { artifact: artifacts[0] as Artifact, root };
  };
  return [
    {
      name: 'has a kebab-case name, a title, a description, known task types and side effects, and rules of distinct ids',
      async run() {
        assert.match(skill.name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
        assert.ok(skill.title && skill.description, 'title and description must not be empty');
        assert.ok(SIDE_EFFECTS.includes(skill.sideEffects), `unknown side effects ${skill.sideEffects}`);
        for (const type of skill.taskTypes)
          assert.ok(Object.values(TaskType).includes(type), `unknown task type ${type}`);
        const ids = skill.rules.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length, 'rule ids must be distinct');
        for (const rule of skill.rules)
          assert.ok(rule.title && rule.help, `rule ${rule.id} must have a title and a help`);
      },
    },
    {
      name: 'ends done, with evidence, findings of its own rules and places that open',
      async run() {
        const { artifact, root } = await perform();
        assert.equal(artifact.status, 'done', artifact.reason);
        assert.ok(artifact.evidence.length > 0, 'done needs evidence');
        assert.ok(artifact.summary.trim() !== '', 'the summary must not be empty');
        const rules = new Set(skill.rules.map(({ id }) => id));
        const ids = artifact.findings.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length, 'finding ids must be distinct');
        for (const finding of artifact.findings) {
          assert.ok(rules.has(finding.rule), `rule ${finding.rule} is not declared`);
          await opens(finding.location, root);
          for (const place of finding.related ?? []) await opens(place, root);
        }
        for (const one of artifact.evidence) if (one.type === 'location') await opens(one, root);
      },
    },
    {
      name: 'finds the same again',
      async run() {
        const [first, second] = [await perform(), await perform()];
        assert.deepEqual(second.artifact.findings, first.artifact.findings);
      },
    },
  ];
}

/** The file is there, unchanged, and the line reads as the excerpt says. */
async function opens(
  { path, line, fileDigest, excerpt, masked }: LocationEvidence,
  root: string,
): Promise<void> {
  const bytes = await readFile(join(root, path));
  assert.equal(digestOf(bytes), fileDigest, `the digest of ${path}`);
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)[line - 1];
  assert.ok(text !== undefined, `${path} has no line ${line}`);
  if (masked !== true) assert.equal(text.trim().slice(0, 200), excerpt, `${path}:${line}`);
}
