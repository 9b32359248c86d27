/** The checks of one Dockerfile, stage by stage. */
import { posix } from 'node:path';
import type { Copy, From, JSONInstruction, PropertyInstruction } from 'dockerfile-ast';
import type { TextFile } from '../../contracts/workspace.ts';
import { type FindingParts, locate } from '../kit/finding.ts';
import { CONTAINER_RULES } from './container-rules.ts';
import type { CopySources } from './copy-source.ts';
import { expandVariables, parseImage } from './image-reference.ts';
import { literalSecret } from './literal-secret.ts';

/** What a Dockerfile says, for the artifact's data. */
export interface DockerfileFacts {
  readonly stages: readonly { readonly name: string | null; readonly image: string }[];
  /** The user of the final stage; null when none is set. */
  readonly user: string | null;
}

interface Stage {
  readonly line: number;
  readonly name: string | undefined;
  /** As written, variables filled in where they are known. */
  readonly image: string;
  readonly parent: Stage | undefined;
  readonly values: Map<string, string>;
  user: { readonly text: string; readonly line: number } | undefined;
  hasCommand: boolean;
  stepsDown: boolean;
}

/** Images that change to another user by themselves: by their default or by their entrypoint. */
const SELF_LIMITING =
  /nonroot|non-root|rootless|unprivileged|^cgr\.dev\/|(?:^|\/)bitnami\/|^(?:docker\.io\/)?(?:library\/)?(?:postgres|mysql|mariadb|redis|mongo|rabbitmq|memcached|valkey\/valkey|elasticsearch|grafana\/grafana|jenkins\/jenkins)(?::|@|$)/;
const STEP_DOWN = /\b(?:gosu|su-exec|setpriv|s6-setuidgid|runuser)\b/;

/** Lints one Dockerfile; findings are added to `parts`. Undefined when it has no `FROM`. */
export async function lintDockerfile(
  file: TextFile,
  contexts: readonly string[],
  sources: CopySources,
  parts: FindingParts[],
): Promise<DockerfileFacts | undefined> {
  const { DockerfileParser } = await import('dockerfile-ast');
  const instructions = DockerfileParser.parse(file.text).getInstructions();
  const globals = new Map<string, string>();
  const stages: Stage[] = [];
  for (const instruction of instructions) {
    const line = instruction.getRange().start.line + 1;
    const keyword = instruction.getKeyword();
    const stage = stages.at(-1);
    if (keyword === 'FROM') stages.push(startStage(file, instruction as From, line, stages, globals, parts));
    else if (keyword === 'ARG' || keyword === 'ENV')
      settings(file, instruction as PropertyInstruction, stage, globals, parts);
    else if (stage === undefined) continue;
    else if (keyword === 'USER') stage.user = { text: instruction.getArgumentsContent()?.trim() ?? '', line };
    else if (keyword === 'COPY' || keyword === 'ADD')
      await copying(file, instruction as Copy, line, stage, stages, contexts, sources, parts);
    else if (keyword === 'CMD' || keyword === 'ENTRYPOINT') stage.hasCommand = true;
    if (
      stage !== undefined &&
      ['RUN', 'ENTRYPOINT', 'CMD'].includes(keyword) &&
      STEP_DOWN.test(instruction.getRawArgumentsContent() ?? '')
    ) {
      stage.stepsDown = true;
    }
  }
  const last = stages.at(-1);
  if (last === undefined) return undefined;
  const user = effectiveUser(last);
  rootCheck(file, last, user, parts);
  return {
    stages: stages.map(({ name, image }) => ({ name: name ?? null, image })),
    user: user?.text ?? null,
  };
}

function startStage(
  file: TextFile,
  from: From,
  line: number,
  stages: readonly Stage[],
  globals: ReadonlyMap<string, string>,
  parts: FindingParts[],
): Stage {
  const written = from.getImage() ?? '';
  const image = expandVariables(written, globals);
  const parent = stages.findLast(
    ({ name }) => name !== undefined && name === (image ?? written).toLowerCase(),
  );
  if (image !== undefined && image !== '' && image !== 'scratch' && parent === undefined)
    imageTag(file, image, line, parts);
  return {
    line,
    name: from.getBuildStage()?.toLowerCase(),
    image: image ?? written,
    parent,
    values: new Map(parent?.values),
    user: undefined,
    hasCommand: false,
    stepsDown: false,
  };
}

/** Reports an image that has neither digest nor fixed tag. */
export function imageTag(file: TextFile, reference: string, line: number, parts: FindingParts[]): void {
  const { name, tag, digest } = parseImage(reference);
  if (digest !== undefined || (tag !== undefined && tag !== 'latest')) return;
  parts.push({
    rule: CONTAINER_RULES.latest,
    message:
      tag === undefined
        ? `The image \`${name}\` has no tag, which means \`latest\`.`
        : `The image \`${name}\` is taken at \`latest\`.`,
    suggestion: 'Name a version tag, or a digest for builds that must not change.',
    location: locate(file, line),
  });
}

function settings(
  file: TextFile,
  instruction: PropertyInstruction,
  stage: Stage | undefined,
  globals: Map<string, string>,
  parts: FindingParts[],
): void {
  const values = stage?.values ?? globals;
  for (const property of instruction.getProperties()) {
    const name = property.getName();
    const value = property.getValue();
    if (value === null) {
      const inherited = globals.get(name);
      if (inherited !== undefined && instruction.getKeyword() === 'ARG') values.set(name, inherited);
      continue;
    }
    const expanded = expandVariables(value, values);
    if (expanded !== undefined) values.set(name, expanded);
    else values.delete(name);
    const secret = literalSecret(name, value, { isDevelopment: false });
    if (secret === undefined) continue;
    parts.push({
      rule: CONTAINER_RULES.secret,
      message: `\`${instruction.getKeyword()} ${name}\` writes a secret into the image.`,
      suggestion: 'Pass it when the container starts, or use `RUN --mount=type=secret` for the build.',
      location: locate(file, property.getRange().start.line + 1, { mask: [secret] }),
    });
  }
}

async function copying(
  file: TextFile,
  instruction: Copy,
  line: number,
  stage: Stage,
  stages: readonly Stage[],
  contexts: readonly string[],
  sources: CopySources,
  parts: FindingParts[],
): Promise<void> {
  const flags = instruction.getFlags();
  const from = flags.find((flag) => flag.getName() === 'from')?.getValue() ?? undefined;
  if (from !== undefined) {
    const isStage = /^\d+$/.test(from) || stages.some(({ name }) => name === from.toLowerCase());
    if (!isStage && parseImage(from).tag === 'latest') imageTag(file, from, line, parts);
    return;
  }
  const given = pathsOf(instruction);
  const hasChecksum = flags.some((flag) => flag.getName() === 'checksum');
  const isAdd = instruction.getKeyword() === 'ADD';
  const wanted: string[] = [];
  for (const raw of given.slice(0, -1)) {
    if (/^https?:\/\//i.test(raw)) {
      const isPinnedRepository = /\.git#[0-9a-f]{40}\b/i.test(raw);
      if (!isAdd || hasChecksum || isPinnedRepository) continue;
      parts.push({
        rule: CONTAINER_RULES.remote,
        message: `\`ADD\` downloads \`${raw.slice(0, 120)}\` without checking what comes back.`,
        suggestion: 'Add `--checksum=sha256:…`.',
        location: locate(file, line),
      });
      continue;
    }
    const source = expandVariables(raw, stage.values);
    if (source === undefined || source.startsWith('<<') || /^[\w.-]+@[\w.-]+:/.test(source)) return;
    wanted.push(source);
  }
  const patterns = wanted.filter((source) => /[*?[]/.test(source));
  for (const source of wanted) {
    // A pattern that finds nothing is an accepted way to copy a file that may be absent, beside one that is there.
    if (patterns.includes(source) && patterns.length !== wanted.length) continue;
    if (!(await sources.isMissing(source, contexts))) {
      if (patterns.includes(source)) return;
      continue;
    }
    parts.push({
      rule: CONTAINER_RULES.source,
      message: `\`${source}\` is not in the build context, so that the build stops here.`,
      location: locate(file, line),
    });
    if (patterns.includes(source)) return;
  }
}

/** Sources and destination, without flags and the words of a heredoc's body. */
function pathsOf(instruction: JSONInstruction): readonly string[] {
  const strings = instruction.getJSONStrings();
  if (strings.length > 0) return strings.map((argument) => argument.getJSONValue());
  const line = instruction.getRange().start.line;
  const args = instruction.getArguments();
  const heredoc = args.find((argument) => argument.getValue().startsWith('<<'));
  const used =
    heredoc === undefined ? args : args.filter((argument) => argument.getRange().start.line === line);
  return used.map((argument) => argument.getValue().replace(/^(["'])(.*)\1$/, '$2'));
}

function effectiveUser(stage: Stage): Stage['user'] {
  for (let at: Stage | undefined = stage; at !== undefined; at = at.parent) {
    if (at.user !== undefined) return at.user;
  }
  return undefined;
}

function rootCheck(file: TextFile, stage: Stage, user: Stage['user'], parts: FindingParts[]): void {
  if (posix.dirname(file.path).split('/').includes('.devcontainer')) return;
  let base = stage;
  let stepsDown = stage.stepsDown;
  let hasCommand = stage.hasCommand;
  while (base.parent !== undefined) {
    base = base.parent;
    stepsDown ||= base.stepsDown;
    hasCommand ||= base.hasCommand;
  }
  if (stepsDown) return;
  if (user !== undefined) {
    const name = expandVariables(user.text, stage.values) ?? user.text;
    if (!/^(?:root|0)(?::.*)?$/.test(name)) return;
    parts.push({
      rule: CONTAINER_RULES.root,
      message: `The final stage runs as \`${user.text}\`.`,
      suggestion: 'Switch to an ordinary user after the steps that need root.',
      location: locate(file, user.line),
    });
    return;
  }
  // A stage on `scratch` with no command only hands files out of a build.
  if (SELF_LIMITING.test(base.image) || base.image.includes('$') || (base.image === 'scratch' && !hasCommand))
    return;
  parts.push({
    rule: CONTAINER_RULES.root,
    message: 'The final stage sets no `USER`, so that the program runs as root.',
    suggestion: 'Add `USER` with an ordinary user before the command.',
    location: locate(file, stage.line),
  });
}
