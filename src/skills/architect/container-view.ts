/** What runs by itself and what it talks to: packages, Compose services, images, and the stores that packages use. */
import { posix } from 'node:path';
import type { Node } from 'yaml';
import type { SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { parseYamlFile, type YamlDocument } from '../devops/yaml-file.ts';
import type { SourceModel } from '../source/source-model.ts';
import { declaredPackages } from './manifest-packages.ts';
import type { Diagram, DiagramEdge, DiagramNode } from './mermaid.ts';
import { factOfPackage } from './stack-facts.ts';

const MAX_NODES = 40;
const MAX_FILES = 20;
const STORE =
  /(?:^|\/)(?:postgres|postgis|mysql|mariadb|mongo|redis|valkey|memcached|elasticsearch|opensearch|cassandra|clickhouse|influxdb|couchdb|neo4j|rabbitmq|kafka|nats|minio|mssql|sqlite)\b/i;

/** What is shown or tested somewhere is no part of what runs. */
const SIDE = /(?:^|\/)(?:fixtures?|__fixtures__|testdata|examples?)\//;

/** The container diagram, and the files it was read from. */
export async function containerView(
  { workspace, signal }: SkillContext,
  model: SourceModel,
): Promise<{ readonly diagram: Diagram; readonly read: readonly TextFile[] }> {
  const nodes = new Map<string, DiagramNode>();
  const edges = new Map<string, DiagramEdge>();
  const read: TextFile[] = [];
  const addEdge = (edge: DiagramEdge): void => {
    if (edge.from !== edge.to && !edges.has(`${edge.from}\n${edge.to}`))
      edges.set(`${edge.from}\n${edge.to}`, edge);
  };
  const packages = model.packages.filter(({ path }) => !SIDE.test(path));
  for (const { path, directory, name } of packages.slice(0, MAX_NODES)) {
    const file = await workspace.read(path);
    if (file === undefined) continue;
    read.push(file);
    nodes.set(`package:${path}`, {
      id: `package:${path}`,
      label: name ?? (directory === '' ? workspace.name : directory),
      kind: 'container',
      detail: 'npm package',
      path,
      line: lineOf(file, /^\s*\{?\s*"name"\s*:/),
    });
  }
  for (const file of [...read]) {
    for (const { name, line } of declaredPackages(file) ?? []) {
      const target = packages.find((one) => one.name === name);
      const fact = factOfPackage(name);
      const from = `package:${file.path}`;
      if (target !== undefined)
        addEdge({ from, to: `package:${target.path}`, label: 'uses', path: file.path, line });
      if (fact === undefined || (fact.kind !== 'database' && fact.kind !== 'messaging')) continue;
      const id = `store:${fact.name}`;
      if (!nodes.has(id))
        nodes.set(id, { id, label: fact.name, kind: 'external', detail: fact.kind, path: file.path, line });
      addEdge({ from, to: id, label: `client ${name}`, path: file.path, line });
    }
  }
  const files = (await workspace.list({ signal })).files.filter(({ path }) => !SIDE.test(path));
  const composeFiles = files.filter(({ path }) =>
    /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/i.test(path),
  );
  for (const { path } of composeFiles.slice(0, MAX_FILES)) {
    signal.throwIfAborted();
    const file = await workspace.read(path);
    const [document] = file === undefined ? [] : (await parseYamlFile(file)).documents;
    if (file === undefined || document === undefined) continue;
    if (addServices(file, document, packages, nodes, addEdge)) read.push(file);
  }
  for (const { path } of files
    .filter(({ path: one }) => /(?:^|\/)(?:Dockerfile|Containerfile)(?:\.[\w-]+)?$/.test(one))
    .slice(0, MAX_FILES)) {
    const file = await workspace.read(path);
    if (file === undefined || [...nodes.values()].some(({ detail }) => detail === `built from ${path}`))
      continue;
    const line = lineOf(file, /^\s*FROM\s/i);
    if (!/^\s*FROM\s/i.test(file.lines[line - 1] ?? '')) continue;
    read.push(file);
    const id = `image:${path}`;
    const base =
      (file.lines.filter((one) => /^\s*FROM\s/i.test(one)).at(-1) ?? '').trim().split(/\s+/)[1] ?? '';
    nodes.set(id, { id, label: `image of ${path}`, kind: 'container', detail: `on ${base}`, path, line });
    const owner = nearestPackage(packages, posix.dirname(path));
    if (owner !== undefined) addEdge({ from: id, to: `package:${owner.path}`, label: 'holds', path, line });
  }
  const kept = [...nodes.values()].slice(0, MAX_NODES);
  const ids = new Set(kept.map(({ id }) => id));
  return {
    diagram: {
      title: workspace.name,
      nodes: kept,
      edges: [...edges.values()].filter(({ from, to }) => ids.has(from) && ids.has(to)),
    },
    read,
  };
}

function addServices(
  file: TextFile,
  document: YamlDocument,
  packages: SourceModel['packages'],
  nodes: Map<string, DiagramNode>,
  addEdge: (edge: DiagramEdge) => void,
): boolean {
  const { path } = file;
  const services = document.entries(document.get(document.root, 'services')).slice(0, MAX_NODES);
  const idOf = (name: string): string => `service:${path}:${name}`;
  for (const { key, line, value } of services) {
    const image = document.text(document.get(value, 'image'));
    const build = document.get(value, 'build');
    const context = document.text(build) ?? document.text(document.get(build, 'context')) ?? '.';
    const folder = posix.join(posix.dirname(path), context);
    const dockerfile = posix.join(folder, document.text(document.get(build, 'dockerfile')) ?? 'Dockerfile');
    nodes.set(idOf(key), {
      id: idOf(key),
      label: key,
      kind: image !== undefined && STORE.test(image) ? 'database' : 'container',
      detail: build !== undefined ? `built from ${dockerfile}` : (image ?? ''),
      path,
      line,
    });
    const owner = build === undefined ? undefined : nearestPackage(packages, folder);
    if (owner !== undefined)
      addEdge({ from: idOf(key), to: `package:${owner.path}`, label: 'runs', path, line });
  }
  for (const { key, value } of services) {
    const addresses = addressesOf(document, document.get(value, 'environment'));
    for (const { key: other } of services) {
      const needs = document.get(value, 'depends_on');
      const needed = [
        ...document.texts(needs).map((one) => ({ name: one.text, line: one.line })),
        ...document.entries(needs).map((one) => ({ name: one.key, line: one.line })),
      ].find(({ name }) => name === other);
      const address = addresses.find(({ text }) => hostsIn(text).has(other));
      const [from, to] = [idOf(key), idOf(other)];
      if (address !== undefined)
        addEdge({ from, to, label: `address in ${address.name}`, path, line: address.line });
      else if (needed !== undefined) addEdge({ from, to, label: 'starts after', path, line: needed.line });
    }
  }
  return services.length > 0;
}

function addressesOf(
  document: YamlDocument,
  environment: Node | undefined,
): readonly { readonly name: string; readonly text: string; readonly line: number }[] {
  if (!document.isSeq(environment))
    return document
      .entries(environment)
      .map(({ key, line, value }) => ({ name: key, text: document.text(value) ?? '', line }));
  return document.texts(environment).map(({ text, line }) => {
    const at = text.indexOf('=');
    return { name: text.slice(0, Math.max(0, at)), text: text.slice(at + 1), line };
  });
}

/** Hosts of addresses such as `postgres://user:word@db:5432/x`, and `db:5432` or `db` alone. */
function hostsIn(text: string): ReadonlySet<string> {
  const value = text.slice(0, 1_000);
  const hosts = [...value.matchAll(/:\/\/(?:[^\s@/]{0,200}@)?([\w.-]{1,100})/g)].map(
    (match) => match[1] ?? '',
  );
  const alone = /^([\w-]{1,100})(?::\d{1,5})?$/.exec(value)?.[1];
  return new Set(alone === undefined ? hosts : [...hosts, alone]);
}

function nearestPackage(
  packages: SourceModel['packages'],
  folder: string,
): SourceModel['packages'][number] | undefined {
  const at = folder === '.' ? '' : folder;
  return packages
    .filter(({ directory }) => directory === '' || at === directory || at.startsWith(`${directory}/`))
    .sort((a, b) => b.directory.length - a.directory.length)[0];
}

function lineOf(file: TextFile, pattern: RegExp): number {
  const at = file.lines.findIndex((line) => pattern.test(line.slice(0, 500)));
  return at === -1 ? 1 : at + 1;
}
