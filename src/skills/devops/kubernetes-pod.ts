/** The checks of one pod specification. */
import type { Node } from 'yaml';
import type { TextFile } from '../../contracts/workspace.ts';
import { type FindingParts, locate } from '../kit/finding.ts';
import { parseImage } from './image-reference.ts';
import { KUBERNETES_RULES as RULES } from './kubernetes-rules.ts';
import { literalSecret } from './literal-secret.ts';
import type { YamlDocument } from './yaml-file.ts';

/** What other files of the repository say that changes how a pod is to be judged. */
export interface ClusterFacts {
  /** Images whose tag a kustomization sets. */
  readonly taggedElsewhere: ReadonlySet<string>;
  /** True when a LimitRange gives containers their limits. */
  readonly hasDefaultLimits: boolean;
}

export interface PodPlace {
  readonly file: TextFile;
  readonly document: YamlDocument;
  /** `Deployment web`. */
  readonly owner: string;
  readonly cluster: ClusterFacts;
}

export interface ContainerFacts {
  readonly name: string;
  readonly image: string | null;
}

const MAX_CONTAINERS = 100;
const SOCKET =
  /^(?:\/var)?\/run\/(?:docker|containerd\/containerd|podman\/podman|crio\/crio)\.sock$|^\/var\/run\/?$/;
const WHOLE_HOST = /^\/(?:etc|root|var\/lib\/(?:docker|kubelet))?\/?$/;
const GREAT_CAPABILITIES = /^(?:CAP_)?(?:ALL|SYS_ADMIN|SYS_MODULE|SYS_PTRACE)$/;

/** Checks a pod; findings are added to `parts`. */
export function lintPod(place: PodPlace, pod: Node | undefined, parts: FindingParts[]): ContainerFacts[] {
  const { document, file, owner } = place;
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) {
    const entry = document.entry(pod, key);
    if (entry === undefined || document.scalar(entry.value)?.value !== true) continue;
    parts.push({
      rule: RULES.host,
      message: `${owner} sets \`${key}: true\`.`,
      location: locate(file, entry.line),
    });
  }
  const lists = ['initContainers', 'containers'].map((key) => ({
    key,
    items: document.items(document.get(pod, key)).slice(0, MAX_CONTAINERS),
  }));
  const all = lists.flatMap(({ items }) => items);
  hostPaths(place, pod, all, parts);
  return lists.flatMap(({ key, items }) =>
    items.map((container) => lintContainer(place, pod, container, key === 'containers', parts)),
  );
}

function hostPaths(
  { document, file, owner }: PodPlace,
  pod: Node | undefined,
  containers: readonly Node[],
  parts: FindingParts[],
): void {
  const mounts = containers.flatMap((one) => document.items(document.get(one, 'volumeMounts')));
  for (const volume of document.items(document.get(pod, 'volumes')).slice(0, MAX_CONTAINERS)) {
    const entry = document.entry(document.get(volume, 'hostPath'), 'path');
    const path = document.text(entry?.value);
    if (entry === undefined || path === undefined) continue;
    const name = document.text(document.get(volume, 'name'));
    const own = mounts.filter((mount) => document.text(document.get(mount, 'name')) === name);
    // What measures a node looks at its files without changing them.
    const isReadOnly =
      own.length > 0 &&
      own.every((mount) => document.scalar(document.get(mount, 'readOnly'))?.value === true);
    if (!SOCKET.test(path) && (isReadOnly || !WHOLE_HOST.test(path))) continue;
    parts.push({
      rule: RULES.host,
      message: `${owner} mounts \`${path}\` of the node.`,
      location: locate(file, entry.line),
    });
  }
}

function lintContainer(
  place: PodPlace,
  pod: Node | undefined,
  container: Node,
  isMain: boolean,
  parts: FindingParts[],
): ContainerFacts {
  const { document, file, owner, cluster } = place;
  const name = document.text(document.get(container, 'name')) ?? '';
  const called = `The container \`${name}\` of ${owner}`;
  const image = document.entry(container, 'image');
  const reference = document.text(image?.value);
  const own = document.get(container, 'securityContext');
  const privileged = document.entry(own, 'privileged');
  if (privileged !== undefined && document.scalar(privileged.value)?.value === true)
    parts.push({
      rule: RULES.privileged,
      message: `${called} is privileged.`,
      location: locate(file, privileged.line),
    });
  for (const { text, line } of document.texts(document.get(document.get(own, 'capabilities'), 'add'))) {
    if (GREAT_CAPABILITIES.test(text))
      parts.push({
        rule: RULES.privileged,
        message: `${called} gets the capability ${text}.`,
        location: locate(file, line),
      });
  }
  rootUser(place, called, own, document.get(pod, 'securityContext'), parts);
  if (image !== undefined && reference !== undefined && !/[${}]/.test(reference)) {
    const { name: imageName, tag, digest } = parseImage(reference);
    const isOpen = digest === undefined && (tag === undefined || tag === 'latest');
    if (isOpen && reference !== '' && !cluster.taggedElsewhere.has(imageName))
      parts.push({
        rule: RULES.latest,
        message: `${called} runs \`${reference}\`, whatever that is by then.`,
        location: locate(file, image.line),
      });
  }
  environment(place, called, container, parts);
  // Without an image it is a patch of a container that is described elsewhere.
  const memory = document.get(document.get(document.get(container, 'resources'), 'limits'), 'memory');
  if (isMain && image !== undefined && memory === undefined && !cluster.hasDefaultLimits)
    parts.push({
      rule: RULES.limits,
      message: `${called} has no memory limit.`,
      location: locate(file, document.lineOf(container)),
    });
  return { name, image: reference ?? null };
}

/** Only what is written: without a word, the image decides. */
function rootUser(
  { document, file }: PodPlace,
  called: string,
  own: Node | undefined,
  shared: Node | undefined,
  parts: FindingParts[],
): void {
  const entryOf = (key: string) => document.entry(own, key) ?? document.entry(shared, key);
  const user = entryOf('runAsUser');
  const nonRoot = entryOf('runAsNonRoot');
  const id = document.scalar(user?.value)?.value;
  const isRoot = id === 0;
  const isAllowed = id === undefined && document.scalar(nonRoot?.value)?.value === false;
  const entry = isRoot ? user : isAllowed ? nonRoot : undefined;
  if (entry === undefined) return;
  const location = locate(file, entry.line);
  // Containers that take it from their pod share one line.
  if (
    parts.some(
      (one) => one.rule === RULES.root && one.location.path === file.path && one.location.line === entry.line,
    )
  )
    return;
  parts.push({
    rule: RULES.root,
    message: isRoot ? `${called} runs as user 0.` : `${called} may run as root.`,
    location,
  });
}

function environment(
  { document, file }: PodPlace,
  called: string,
  container: Node,
  parts: FindingParts[],
): void {
  const pairs = document.items(document.get(container, 'env')).flatMap((item) => {
    const name = document.text(document.get(item, 'name'));
    const value = document.entry(item, 'value');
    const text = document.text(value?.value);
    return name === undefined || value === undefined || text === undefined
      ? []
      : [{ name, text, line: document.lineOf(value.value) }];
  });
  const userNames = pairs
    .filter(({ name }) => /USER(?:NAME)?$|_DB$|DATABASE$/i.test(name))
    .map(({ text }) => text);
  for (const { name, text, line } of pairs) {
    const secret = literalSecret(name, text, { isDevelopment: true, userNames });
    if (secret === undefined) continue;
    parts.push({
      rule: RULES.secret,
      message: `${called} has a secret written down in \`${name}\`.`,
      location: locate(file, line, { mask: [secret] }),
    });
  }
}
