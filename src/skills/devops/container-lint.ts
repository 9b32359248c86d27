/** Reads Dockerfiles and Compose files for faults that break a build or give the host away. */

import { posix } from 'node:path';
import { z } from 'zod';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { counted } from '../../shared/counted.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { type ComposeFacts, lintComposeFile } from './compose-file.ts';
import { CONTAINER_RULES } from './container-rules.ts';
import { CopySources } from './copy-source.ts';
import { lintDockerfile } from './dockerfile.ts';
import { parseYamlFile } from './yaml-file.ts';

const MAX_FILES = 100;

const input = z.object({}).loose();
const output = z.object({
  dockerfiles: z.array(
    z.object({
      path: z.string(),
      stages: z.array(z.object({ name: z.string().nullable(), image: z.string() })),
      user: z.string().nullable(),
    }),
  ),
  composeFiles: z.array(
    z.object({
      path: z.string(),
      services: z.array(z.object({ name: z.string(), image: z.string().nullable() })),
    }),
  ),
  notParsed: z.array(z.object({ path: z.string(), reason: z.string() })),
});
type Output = z.infer<typeof output>;

/** Lints every Dockerfile and Compose file of the workspace. */
export const containerLint: Skill<z.infer<typeof input>, Output> = {
  name: 'container-lint',
  title: 'Container check',
  description:
    'Checks Dockerfiles and Compose files: image tags, users, secrets, downloads, missing sources, mounts, privileges.',
  taskTypes: ['devops', 'security_review', 'code_review'],
  sideEffects: 'read',
  rules: Object.values(CONTAINER_RULES),
  input,
  output,
  async available(context) {
    const { dockerfiles, composeFiles } = await containerFiles(context);
    if (dockerfiles.length + composeFiles.length > 0) return { status: 'available' };
    return { status: 'not-applicable', reason: 'There is neither a Dockerfile nor a Compose file.' };
  },
  async run(_input, context) {
    const parts: FindingParts[] = [];
    const read: TextFile[] = [];
    const data: Output = { dockerfiles: [], composeFiles: [], notParsed: [] };
    const builds: ComposeFacts['builds'][number][] = [];
    const found = await containerFiles(context);
    for (const path of found.composeFiles) {
      context.signal.throwIfAborted();
      const file = await context.workspace.read(path);
      if (file === undefined) continue;
      const { documents, problems } = await parseYamlFile(file);
      const document = documents[0];
      if (problems[0] !== undefined || document === undefined) {
        data.notParsed.push({ path, reason: problems[0]?.message ?? 'It is empty.' });
        continue;
      }
      const facts = lintComposeFile(file, document, parts);
      if (facts === undefined) continue;
      read.push(file);
      builds.push(...facts.builds);
      data.composeFiles.push({ path, services: [...facts.services] });
    }
    const sources = new CopySources(context.workspace);
    for (const path of found.dockerfiles) {
      context.signal.throwIfAborted();
      const file = await context.workspace.read(path);
      if (file === undefined) continue;
      const facts = await lintDockerfile(file, contextsOf(path, builds), sources, parts);
      if (facts === undefined) {
        data.notParsed.push({ path, reason: 'It has no FROM.' });
        continue;
      }
      read.push(file);
      data.dockerfiles.push({ path, stages: [...facts.stages], user: facts.user });
    }
    if (read.length === 0) {
      return {
        status: 'not-applicable',
        summary: 'No container definition could be read.',
        data,
        evidence: [],
      };
    }
    const findings = makeFindings(parts);
    return {
      summary: `${counted(data.dockerfiles.length, 'Dockerfile')} and ${counted(data.composeFiles.length, 'Compose file')} were read; ${counted(findings.length, 'finding')}.`,
      data,
      findings,
      evidence: read.slice(0, 20).map((file) => locate(file, 1)),
    };
  },
};

/** Folders that may be the build context: the Dockerfile's own, each one above it, and those that Compose files name. */
function contextsOf(path: string, builds: ComposeFacts['builds']): readonly string[] {
  const contexts = new Set<string>();
  for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) contexts.add(folder);
  contexts.add('');
  for (const build of builds) {
    if (build.dockerfile === path || posix.basename(build.dockerfile) === posix.basename(path)) {
      contexts.add(build.context === '.' ? '' : build.context);
    }
  }
  return [...contexts];
}

async function containerFiles(
  context: SkillContext,
): Promise<{ dockerfiles: string[]; composeFiles: string[] }> {
  const { files } = await context.workspace.list({ signal: context.signal });
  const paths = files.map(({ path }) => path);
  return {
    dockerfiles: paths.filter((path) => isDockerfile(posix.basename(path))).slice(0, MAX_FILES),
    composeFiles: paths
      .filter((path) => /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/i.test(path))
      .slice(0, MAX_FILES),
  };
}

function isDockerfile(name: string): boolean {
  if (/\.(?:dockerignore|j2|jinja|jinja2|erb|tmpl|tpl|template|in|md|txt|ts|js|py|mustache|hbs)$/i.test(name))
    return false;
  return /^(?:Dockerfile|Containerfile)(?:[.-].+)?$/i.test(name) || /\.dockerfile$/i.test(name);
}
