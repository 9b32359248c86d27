/** The checks of one Compose file. */
import { posix } from 'node:path';
import type { Node } from 'yaml';
import type { TextFile } from '../../contracts/workspace.ts';
import { type FindingParts, locate } from '../kit/finding.ts';
import { CONTAINER_RULES } from './container-rules.ts';
import { imageTag } from './dockerfile.ts';
import { literalSecret } from './literal-secret.ts';
import type { YamlDocument } from './yaml-file.ts';

/** What a Compose file says, for the artifact's data. */
export interface ComposeFacts {
  readonly services: readonly { readonly name: string; readonly image: string | null }[];
  /** Build contexts and Dockerfiles, relative to the workspace. */
  readonly builds: readonly { readonly context: string; readonly dockerfile: string }[];
}

const MAX_SERVICES = 500;

/** Lints one Compose file; findings are added to `parts`. Undefined when it has no services. */
export function lintComposeFile(
  file: TextFile,
  document: YamlDocument,
  parts: FindingParts[],
): ComposeFacts | undefined {
  const services = document.entries(document.get(document.root, 'services')).slice(0, MAX_SERVICES);
  if (services.length === 0) return undefined;
  const folder = posix.dirname(file.path);
  const builds: ComposeFacts['builds'][number][] = [];
  const facts = services.map(({ key: name, value: service }) => {
    const image = document.entry(service, 'image');
    const reference = document.text(image?.value);
    const build = document.entry(service, 'build');
    // With `build`, the image is only the name that the result gets; with a variable, whoever deploys names the tag.
    if (image !== undefined && reference !== undefined && build === undefined && !reference.includes('$')) {
      imageTag(file, reference, image.line, parts);
    }
    if (build !== undefined) builds.push(buildOf(document, build.value, folder));
    const privileged = document.entry(service, 'privileged');
    if (privileged !== undefined && document.scalar(privileged.value)?.value === true) {
      parts.push({
        rule: CONTAINER_RULES.privileged,
        message: `The service \`${name}\` is privileged.`,
        suggestion: 'Grant the single capabilities it needs with `cap_add`.',
        location: locate(file, privileged.line),
      });
    }
    if (reference?.includes('socket-proxy') !== true) socketMounts(file, document, name, service, parts);
    environment(file, document, name, document.get(service, 'environment'), parts);
    environment(file, document, name, document.get(document.get(service, 'build'), 'args'), parts);
    return { name, image: reference ?? null };
  });
  return { services: facts, builds };
}

function buildOf(
  document: YamlDocument,
  build: Node | undefined,
  folder: string,
): ComposeFacts['builds'][number] {
  const context = document.text(build) ?? document.text(document.get(build, 'context')) ?? '.';
  const dockerfile = document.text(document.get(build, 'dockerfile')) ?? 'Dockerfile';
  const root = posix.join(folder, context);
  return { context: root, dockerfile: posix.join(root, dockerfile) };
}

function socketMounts(
  file: TextFile,
  document: YamlDocument,
  name: string,
  service: Node | undefined,
  parts: FindingParts[],
): void {
  for (const mount of document.items(document.get(service, 'volumes'))) {
    const source = document.text(mount)?.split(':', 1)[0] ?? document.text(document.get(mount, 'source'));
    if (
      source === undefined ||
      !/^(?:\/var)?\/run\/(?:docker|containerd\/containerd|podman\/podman|crio\/crio)\.sock$/.test(source)
    )
      continue;
    parts.push({
      rule: CONTAINER_RULES.socket,
      message: `The service \`${name}\` gets \`${source}\` and with it the host.`,
      suggestion: 'Leave the socket out, or reach it through a filtering proxy.',
      location: locate(file, document.lineOf(mount)),
    });
  }
}

function environment(
  file: TextFile,
  document: YamlDocument,
  service: string,
  node: Node | undefined,
  parts: FindingParts[],
): void {
  const pairs = document.isSeq(node)
    ? document.texts(node).flatMap(({ text, line }) => {
        const at = text.indexOf('=');
        return at === -1 ? [] : [{ name: text.slice(0, at), value: text.slice(at + 1), line }];
      })
    : document
        .entries(node)
        .map(({ key, line, value }) => ({ name: key, value: document.text(value) ?? '', line }));
  const userNames = pairs
    .filter(({ name }) => /USER(?:NAME)?$|_DB$|DATABASE$/i.test(name))
    .map(({ value }) => value);
  for (const { name, value, line } of pairs) {
    // Services that share an anchor share its lines: one finding is enough.
    const isKnown = parts.some(
      ({ rule, location }) =>
        rule === CONTAINER_RULES.secret && location.path === file.path && location.line === line,
    );
    if (isKnown) continue;
    const secret = literalSecret(name, value, { isDevelopment: true, userNames });
    if (secret === undefined) continue;
    parts.push({
      rule: CONTAINER_RULES.secret,
      message: `The service \`${service}\` has a secret written down in \`${name}\`.`,
      suggestion: `Take it from outside: \`\${${name}}\`, an \`env_file\` that is not committed, or \`secrets\`.`,
      location: locate(file, line, { mask: [secret] }),
    });
  }
}
