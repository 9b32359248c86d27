/** What a skill's own sources tell: what it reads and runs, and the limits that they set. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MACHINE_PARTS } from '../src/cli/machine-parts.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const SKILLS = join(ROOT, 'src/skills');

export interface SkillSources {
  /** Of the file with the skill, relative to the project. */
  readonly path: string;
  /** Sentences for people. */
  readonly uses: readonly string[];
  readonly limits: readonly { readonly name: string; readonly value: number; readonly about: string }[];
}

/** Throws when there is no file named like the skill in the folder of its agent. */
export function readSkillSources(role: string, skill: string): SkillSources {
  const file = join(SKILLS, role, `${skill}.ts`);
  if (!existsSync(file)) throw new Error(`Expected the skill ${skill} in ${relative(ROOT, file)}.`);
  const texts = reachable(file);
  const own = readFileSync(file, 'utf8');
  const all = [...texts.values()].join('\n');
  return { path: relative(ROOT, file), uses: usesOf(own, all), limits: limitsOf(own) };
}

/** The file and what it imports of skills, by path: not what it only takes types of. */
function reachable(start: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const waiting = [start];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (texts.has(file) || !file.startsWith(SKILLS) || !existsSync(file)) continue;
    const text = readFileSync(file, 'utf8');
    texts.set(file, text);
    for (const [, clause = '', target = ''] of text.matchAll(/^import ([^;]*?)from '(\.[^']+)';/gm))
      if (!clause.startsWith('type ')) waiting.push(resolve(dirname(file), target));
  }
  return texts;
}

function usesOf(own: string, all: string): readonly string[] {
  const uses: string[] = [];
  if (/workspace\b|loadSources/.test(own)) uses.push('Files of the workspace, as text and with limits.');
  if (/^import \{[^;]*\} from '\.\.\/\.\.\/process\/git[\w-]*\.ts';/m.test(all))
    uses.push("Git's history, through `git` itself and only with operations that read.");
  else if (/workspace\.git\(/.test(all))
    uses.push('Whether there is a git repository, and its branch and commit.');
  if (/context\.artifacts\b|\bartifacts\b[^{}]*\}(?:: SkillContext| = context)/.test(own))
    uses.push('Artifacts of earlier tasks and steps.');
  if (/\bknowledge\.|\bknowledge\b[^{}]*\}(?:: SkillContext| = context)/.test(own))
    uses.push('The knowledge base.');
  if (/\brequest\b[^{}]*\}(?:: SkillContext| = context)|context\.request\b/.test(own))
    uses.push('Title and description of the task, as data.');
  for (const { name } of MACHINE_PARTS.filter(({ kind }) => kind === 'package'))
    if (all.includes(`import('${name}')`) || all.includes(`resolve('${name}')`))
      uses.push(`The optional package \`${name}\`, where it is installed.`);
  if (/process\.execPath/.test(all) && !/allowExecute/.test(own))
    uses.push('A Node process of its own, for code of this package.');
  if (/allowExecute/.test(own))
    uses.push(
      "The workspace's own programs, in a copy, and only where that is allowed (`--execute`, `policy: { allowExecute: true }`).",
    );
  return uses;
}

/** Constants such as `MAX_FILES = 2_000`, with what is said above them. */
function limitsOf(own: string): SkillSources['limits'] {
  const found = own.matchAll(
    /^(?:\/\*\* (.+) \*\/\n)?(?:export )?const ((?:MAX|TIMEOUT)_?[A-Z_]*|[A-Z_]+_MS) = (\d[\d_]*(?: \* \d[\d_]*)*);$/gm,
  );
  return [...found].map(([, about = '', name = '', value = '']) => ({
    name,
    about,
    value: value.split(' * ').reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1),
  }));
}
