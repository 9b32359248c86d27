import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { schemaFields } from '../../scripts/schema-fields.ts';
import { SKILL_PAGES_FOLDER, skillPages } from '../../scripts/skill-pages.ts';
import { allSkills } from '../../src/skills/index.ts';

const HINT = 'docs/skills/ is out of date: run `npm run docs:skills` and commit what it writes';

describe('the pages of skills', () => {
  const pages = skillPages();

  it('are those that the skills give now', () => {
    const there = existsSync(SKILL_PAGES_FOLDER)
      ? readdirSync(SKILL_PAGES_FOLDER).filter((name) => name.endsWith('.md'))
      : [];
    const stale = [...new Set([...there, ...pages.keys()])].filter(
      (name) =>
        !there.includes(name) || readFileSync(join(SKILL_PAGES_FOLDER, name), 'utf8') !== pages.get(name),
    );
    expect(stale, HINT).toEqual([]);
  });

  it('are one for each skill, each with all of its rules, and an index that leads to all', () => {
    expect(pages.size).toBe(allSkills.length + 1);
    for (const skill of allSkills) {
      const [name, text = ''] = [...pages].find(([file]) => file.endsWith(`-${skill.name}.md`)) ?? [];
      expect(pages.get('README.md')).toContain(`(${name})`);
      expect(text).toContain(`# ${skill.title}`);
      for (const { id } of skill.rules) expect(text).toContain(`| \`${id}\` |`);
    }
  });

  it('link to sources that are there', () => {
    for (const text of pages.values()) {
      for (const [, target = ''] of text.matchAll(/\]\((\.\.\/\.\.\/src\/[^)]+)\)/g))
        expect(existsSync(join(SKILL_PAGES_FOLDER, target)), target).toBe(true);
    }
  });

  it('describe the fields of a schema with nesting, alternatives, bounds and defaults', () => {
    const schema = z.object({
      mode: z.enum(['a', 'b']).default('a'),
      limit: z.int().min(1).max(10).optional().describe('How many'),
      files: z.array(z.object({ path: z.string(), line: z.int().nullable() })),
      counts: z.record(z.string(), z.int()),
    });
    expect(schemaFields(schema, 'input')).toEqual([
      { path: 'mode', type: '"a" or "b"', isRequired: false, description: 'default "a"' },
      { path: 'limit', type: 'integer', isRequired: false, description: 'How many; from 1, up to 10' },
      { path: 'files', type: 'list of object', isRequired: true, description: '' },
      { path: 'files[].path', type: 'string', isRequired: true, description: '' },
      { path: 'files[].line', type: 'integer or null', isRequired: true, description: '' },
      { path: 'counts', type: 'integer by name', isRequired: true, description: '' },
    ]);
  });
});
