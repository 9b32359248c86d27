/** Reads Kubernetes manifests for what gives a node away, breaks on restart, or tells a secret. */
import { posix } from 'node:path';
import type { Node } from 'yaml';
import { z } from 'zod';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { gatherParts } from '../kit/gather-parts.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { isFixturePath } from '../source/classify-path.ts';
import { type ClusterFacts, lintPod } from './kubernetes-pod.ts';
import { KUBERNETES_RULES as RULES } from './kubernetes-rules.ts';
import { literalSecret } from './literal-secret.ts';
import { parseYamlFile, type YamlDocument } from './yaml-file.ts';

const MAX_FILES = 500;
const MAX_OBJECTS = 2_000;
const NOTHING = 'There is no Kubernetes manifest.';

/** Where each kind keeps its pod. */
const POD_PATHS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Pod', ['spec']],
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job'].map(
    (kind): [string, readonly string[]] => [kind, ['spec', 'template', 'spec']],
  ),
  ['CronJob', ['spec', 'jobTemplate', 'spec', 'template', 'spec']],
  ['PodTemplate', ['template', 'spec']],
]);

const input = z.object({}).loose();
const output = z.object({
  manifests: z.array(z.object({ path: z.string(), kinds: z.array(z.string()) })),
  workloads: z.array(
    z.object({
      path: z.string(),
      line: z.number().int(),
      kind: z.string(),
      name: z.string(),
      containers: z.array(z.object({ name: z.string(), image: z.string().nullable() })),
    }),
  ),
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
});
type Output = z.infer<typeof output>;

/** Lints the Kubernetes manifests of the workspace. Templates of Helm are named and left out. */
export const infrastructureLint: Skill<z.infer<typeof input>, Output> = {
  name: 'infrastructure-lint',
  title: 'Infrastructure check',
  description:
    'Checks Kubernetes manifests: privileges, access to the node, image tags, limits, root users, secrets in the environment.',
  taskTypes: ['devops', 'security_review', 'code_review'],
  sideEffects: 'read',
  rules: Object.values(RULES),
  input,
  output,
  async available(context) {
    const { manifests, templates } = await manifestFiles(context);
    if (manifests.length > 0) return { status: 'available' };
    const reason =
      templates.length === 0
        ? NOTHING
        : `${NOTHING.slice(0, -1)} but for ${templates.length} templates, which only their engine can fill.`;
    return { status: 'not-applicable', reason };
  },
  async run(_input, context) {
    const { manifests, templates } = await manifestFiles(context);
    const data: Output = {
      manifests: [],
      workloads: [],
      skipped: templates
        .slice(0, 200)
        .map((path) => ({ path, reason: 'It is a template; only its engine can fill it.' })),
    };
    const read: { file: TextFile; documents: readonly YamlDocument[] }[] = [];
    for (const file of manifests) {
      context.signal.throwIfAborted();
      const { documents, problems } = await parseYamlFile(file);
      if (problems[0] !== undefined) data.skipped.push({ path: file.path, reason: problems[0].message });
      else read.push({ file, documents });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const objects = read
      .flatMap(({ file, documents }) => documents.flatMap((document) => objectsOf(file, document)))
      .slice(0, MAX_OBJECTS);
    const cluster = clusterFacts(objects);
    const parts: FindingParts[] = [];
    for (const { file, document, kind, name, node } of objects) {
      const place = { file, document, owner: `${kind} ${name}`, cluster };
      if (kind === 'ConfigMap') configMap(file, document, name, node, parts);
      const path = POD_PATHS.get(kind);
      if (path === undefined) continue;
      const pod = path.reduce<Node | undefined>((at, key) => document.get(at, key), node);
      const containers = lintPod(place, pod, parts);
      data.workloads.push({ path: file.path, line: document.lineOf(node), kind, name, containers });
    }
    for (const { file } of read) {
      const kinds = objects.filter((one) => one.file === file).map(({ kind }) => kind);
      if (kinds.length > 0) data.manifests.push({ path: file.path, kinds });
    }
    if (data.manifests.length === 0)
      return { status: 'not-applicable', reason: NOTHING, summary: NOTHING, data, evidence: [] };
    const limits = parts.filter(({ rule }) => rule === RULES.limits);
    const findings = makeFindings([
      ...parts.filter(({ rule }) => rule !== RULES.limits),
      ...gatherParts(limits, {
        most: 10,
        kept: 5,
        message: (others) => `${others.length} more containers have no memory limit, this one among them.`,
      }),
    ]);
    return {
      summary: `${data.workloads.length} workloads in ${data.manifests.length} Kubernetes manifests; ${findings.length} findings, ${data.skipped.length} files left out.`,
      data,
      findings,
      evidence: readEvidence(read.map(({ file }) => file)),
    };
  },
};

interface KubernetesObject {
  readonly file: TextFile;
  readonly document: YamlDocument;
  readonly kind: string;
  readonly name: string;
  readonly node: Node;
}

/** The object of a document, or those of a `List`. */
function objectsOf(file: TextFile, document: YamlDocument): KubernetesObject[] {
  const { root } = document;
  const nodes =
    document.text(document.get(root, 'kind')) === 'List'
      ? document.items(document.get(root, 'items'))
      : root === undefined
        ? []
        : [root];
  return nodes.flatMap((node) => {
    const kind = document.text(document.get(node, 'kind'));
    if (kind === undefined || document.text(document.get(node, 'apiVersion')) === undefined) return [];
    const name = document.text(document.get(document.get(node, 'metadata'), 'name')) ?? '';
    return [{ file, document, kind, name, node }];
  });
}

function clusterFacts(objects: readonly KubernetesObject[]): ClusterFacts {
  const taggedElsewhere = new Set<string>();
  for (const { document, kind, node } of objects) {
    if (kind !== 'Kustomization') continue;
    for (const image of document.items(document.get(node, 'images'))) {
      const name = document.text(document.get(image, 'name'));
      const isTagged =
        document.get(image, 'newTag') !== undefined || document.get(image, 'digest') !== undefined;
      if (name !== undefined && isTagged) taggedElsewhere.add(name);
    }
  }
  return { taggedElsewhere, hasDefaultLimits: objects.some(({ kind }) => kind === 'LimitRange') };
}

function configMap(
  file: TextFile,
  document: YamlDocument,
  name: string,
  node: Node,
  parts: FindingParts[],
): void {
  for (const { key, line, value } of document.entries(document.get(node, 'data')).slice(0, 1000)) {
    const text = document.text(value) ?? '';
    const secret = text.includes('\n') ? undefined : literalSecret(key, text, { isDevelopment: true });
    if (secret === undefined) continue;
    parts.push({
      rule: RULES.secret,
      message: `ConfigMap ${name} has a secret written down in \`${key}\`.`,
      location: locate(file, line, { mask: [secret] }),
    });
  }
}

/** Manifests by their two marks, and files that an engine fills first. */
async function manifestFiles({
  workspace,
  signal,
}: SkillContext): Promise<{ manifests: TextFile[]; templates: string[] }> {
  return workspace.memo('skills:kubernetes-files', async () => {
    const { files } = await workspace.list({ signal });
    const manifests: TextFile[] = [];
    const templates: string[] = [];
    for (const { path } of files.filter(({ path }) => /\.ya?ml$/i.test(path) && !isFixturePath(path))) {
      signal.throwIfAborted();
      const file = await workspace.read(path);
      if (file === undefined || manifests.length >= MAX_FILES) continue;
      // A kustomization needs neither of them, so its name counts as well.
      const isNamed = /^kustomization\.ya?ml$/i.test(posix.basename(path));
      const isMarked = /^apiVersion:/m.test(file.text) && /^kind:/m.test(file.text);
      if (!isNamed && !isMarked) continue;
      if (/\{\{|\{%/.test(file.text)) templates.push(path);
      else manifests.push(file);
    }
    return { manifests, templates };
  });
}
