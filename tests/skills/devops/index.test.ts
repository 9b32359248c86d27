import { describe, expect, it } from 'vitest';
import { dataSkills } from '../../../src/skills/data/index.ts';
import { devopsSkills } from '../../../src/skills/devops/index.ts';
import { pmSkills } from '../../../src/skills/pm/index.ts';
import { researchSkills } from '../../../src/skills/research/index.ts';

describe('the lists of skills', () => {
  it.each([
    ['devops', devopsSkills, ['workflow-lint', 'container-lint', 'infrastructure-lint']],
    ['data', dataSkills, ['data-profile', 'sql-schema', 'postgres-schema', 'schema-insights']],
    ['pm', pmSkills, ['work-plan', 'risk-register', 'progress-report', 'estimate']],
    ['research', researchSkills, ['cited-search', 'dependency-facts', 'knowledge-upkeep', 'comparison']],
  ])('%s has its own, and each rule has a title and a way out', (_role, skills, names) => {
    expect(skills.map(({ name }) => name)).toEqual(names);
    for (const rule of skills.flatMap(({ rules }) => rules)) expect(rule.help.length).toBeGreaterThan(20);
  });

  it('no two skills report under one rule id', () => {
    const ids = [...devopsSkills, ...dataSkills, ...pmSkills, ...researchSkills].flatMap(({ rules }) =>
      rules.map(({ id }) => id),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});
