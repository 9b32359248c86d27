/** Writes a page for each skill into docs/skills/, from the skills themselves: `npm run docs:skills`. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type CatalogueRole, SKILL_CATALOGUE } from '../src/cli/skill-catalogue.ts';
import type { AnySkill } from '../src/contracts/skill.ts';
import { type SchemaField, schemaFields } from './schema-fields.ts';
import { readSkillSources } from './skill-sources.ts';

/** Where the pages are. */
export const SKILL_PAGES_FOLDER = fileURLToPath(new URL('../docs/skills/', import.meta.url));

const EFFECTS = {
  none: 'Changes nothing and computes only.',
  read: 'Changes nothing: it looks at the workspace, or runs programs that only read.',
  write: 'Changes files of the workspace.',
  external: 'Changes something outside the workspace.',
} as const;

/** The text of each page by its file's name. */
export function skillPages(): ReadonlyMap<string, string> {
  const pages = new Map([['README.md', indexPage()]]);
  for (const { agent, role, skills } of SKILL_CATALOGUE)
    for (const skill of skills) pages.set(pageName(role, skill), skillPage(skill, agent, role));
  return pages;
}

function indexPage(): string {
  return page([
    '# Skills by agent',
    '',
    'Written by `npm run docs:skills` from the skills themselves. How to use them and write more: [skills](../skills.md).',
    '',
    ...SKILL_CATALOGUE.flatMap(({ agent, role, skills }: CatalogueRole) => [
      `## ${agent}`,
      '',
      ...table(
        ['skill', 'what it does', 'side effects', 'rules'],
        skills.map((skill) => [
          `[${skill.name}](${pageName(role, skill)})`,
          cell(skill.description),
          skill.sideEffects,
          String(skill.rules.length),
        ]),
      ),
      '',
    ]),
  ]);
}

function skillPage(skill: AnySkill, agent: string, role: string): string {
  const { path, uses, limits } = readSkillSources(role, skill.name);
  return page([
    `# ${skill.title}`,
    '',
    `\`${skill.name}\` of the ${agent}. ${skill.description}`,
    '',
    `- Tasks: ${skill.taskTypes.map((type) => `\`${type}\``).join(', ') || 'none by itself; it is asked for by name'}`,
    `- Side effects: \`${skill.sideEffects}\`. ${EFFECTS[skill.sideEffects]}`,
    `- Source: [${path}](../../${path})`,
    '',
    '## Reads and runs',
    '',
    ...(uses.length === 0 ? ['Nothing but its input.'] : uses.map((use) => `- ${use}`)),
    '',
    '## Rules',
    '',
    ...(skill.rules.length === 0
      ? ['None: it gives figures and no findings of its own.']
      : table(
          ['rule', 'severity', 'what is wrong', 'why, and what to do'],
          skill.rules.map(({ id, severity, title, help }) => [
            `\`${id}\``,
            severity,
            cell(title),
            cell(help),
          ]),
        )),
    '',
    '## Input',
    '',
    ...fieldsTable(schemaFields(skill.input, 'input'), 'No fields.'),
    '',
    '## Output',
    '',
    ...fieldsTable(schemaFields(skill.output, 'output'), 'No fields that are known beforehand.'),
    ...(limits.length === 0
      ? []
      : [
          '',
          '## Limits',
          '',
          ...table(
            ['constant', 'value', 'about'],
            limits.map(({ name, value, about }) => [
              `\`${name}\``,
              value.toLocaleString('en-US'),
              cell(about),
            ]),
          ),
        ]),
  ]);
}

function fieldsTable(fields: readonly SchemaField[], none: string): readonly string[] {
  if (fields.length === 0) return [none];
  return table(
    ['field', 'type', 'needed', 'about'],
    fields.map(({ path, type, isRequired, description }) => [
      `\`${path}\``,
      cell(type),
      isRequired ? 'yes' : 'no',
      cell(description),
    ]),
  );
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[|<]/g, '\\$&').trim();
}

function pageName(role: string, { name }: AnySkill): string {
  return `${role}-${name}.md`;
}

function page(lines: readonly string[]): string {
  return `${lines.join('\n').trimEnd()}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pages = skillPages();
  mkdirSync(SKILL_PAGES_FOLDER, { recursive: true });
  for (const name of readdirSync(SKILL_PAGES_FOLDER))
    if (name.endsWith('.md') && !pages.has(name)) rmSync(`${SKILL_PAGES_FOLDER}${name}`);
  for (const [name, text] of pages) writeFileSync(`${SKILL_PAGES_FOLDER}${name}`, text);
  console.log(`${pages.size} pages in docs/skills/`);
}
