/** YAML with places: what the DevOps skills need of the `yaml` library, which is loaded on first use. */
import type { Document, LineCounter, Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { TextFile } from '../../contracts/workspace.ts';

type Yaml = typeof import('yaml');

/** Something the parser did not accept. */
export interface YamlProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A member of a mapping, with the line of its key. */
export interface YamlEntry {
  readonly key: string;
  readonly line: number;
  readonly value: Node | undefined;
}

/** One document of a YAML file, read node by node so that every fact keeps its line. Aliases are followed one at a time. */
export class YamlDocument {
  readonly root: Node | undefined;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #yaml: Yaml;

  constructor(document: Document.Parsed, lines: LineCounter, yaml: Yaml) {
    this.#document = document;
    this.#lines = lines;
    this.#yaml = yaml;
    this.root = this.follow(document.contents);
  }

  /** The node itself, or what an alias stands for. */
  follow(node: unknown): Node | undefined {
    if (!this.#yaml.isNode(node)) return undefined;
    return this.#yaml.isAlias(node) ? node.resolve(this.#document) : node;
  }

  isMap(node: Node | undefined): node is YAMLMap {
    return this.#yaml.isMap(node);
  }

  /** Members of a mapping; those merged in by `<<` come last and never replace one. Empty for anything else. */
  entries(node: Node | undefined): readonly YamlEntry[] {
    if (!this.#yaml.isMap(node)) return [];
    const own: YamlEntry[] = [];
    const merged: YamlEntry[] = [];
    for (const pair of node.items as Pair[]) {
      const key = this.#yaml.isScalar(pair.key) ? String(pair.key.value) : undefined;
      if (key === undefined) continue;
      const value = this.follow(pair.value);
      if (key === '<<') {
        const sources = this.#yaml.isSeq(value) ? value.items.map((item) => this.follow(item)) : [value];
        for (const source of sources) {
          if (!this.#yaml.isMap(source)) continue;
          for (const item of source.items as Pair[]) {
            if (!this.#yaml.isScalar(item.key)) continue;
            merged.push({
              key: String(item.key.value),
              line: this.lineOf(item.key),
              value: this.follow(item.value),
            });
          }
        }
      } else {
        own.push({ key, line: this.lineOf(pair.key as Node), value });
      }
    }
    const names = new Set(own.map(({ key }) => key));
    return [...own, ...merged.filter(({ key }) => !names.has(key))];
  }

  entry(node: Node | undefined, key: string): YamlEntry | undefined {
    return this.entries(node).find((entry) => entry.key === key);
  }

  get(node: Node | undefined, key: string): Node | undefined {
    return this.entry(node, key)?.value;
  }

  /** Items of a sequence. Empty for anything else. */
  items(node: Node | undefined): readonly Node[] {
    if (!this.#yaml.isSeq(node)) return [];
    return (node as YAMLSeq).items.map((item) => this.follow(item)).filter((item) => item !== undefined);
  }

  isSeq(node: Node | undefined): boolean {
    return this.#yaml.isSeq(node);
  }

  scalar(node: Node | undefined): Scalar | undefined {
    return this.#yaml.isScalar(node) ? node : undefined;
  }

  /** A scalar's value as text; undefined for null, collections and nothing. */
  text(node: Node | undefined): string | undefined {
    const value = this.scalar(node)?.value;
    return value === undefined || value === null ? undefined : String(value);
  }

  /** One text or a list of texts, each with its node. */
  texts(node: Node | undefined): readonly { readonly text: string; readonly line: number }[] {
    const nodes = this.isSeq(node) ? this.items(node) : node === undefined ? [] : [node];
    return nodes.flatMap((item) => {
      const text = this.text(item);
      return text === undefined ? [] : [{ text, line: this.lineOf(item) }];
    });
  }

  /** The line a node starts at, from 1. */
  lineOf(node: Node | undefined): number {
    return this.lineAt(node?.range?.[0] ?? 0);
  }

  lineAt(offset: number): number {
    return Math.max(1, this.#lines.linePos(offset).line);
  }
}

/** Parses all documents of a file. A file that breaks the parser has no documents and a problem that says so. */
export async function parseYamlFile(
  file: TextFile,
): Promise<{ readonly documents: readonly YamlDocument[]; readonly problems: readonly YamlProblem[] }> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  try {
    const parsed = yaml.parseAllDocuments(file.text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'silent',
    });
    const documents = Array.isArray(parsed) ? (parsed as Document.Parsed[]) : [];
    const problems = documents.flatMap((document) =>
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { line: Math.max(1, line), column: Math.max(1, col), message: firstLine(error.message) };
      }),
    );
    return { documents: documents.map((document) => new YamlDocument(document, lines, yaml)), problems };
  } catch (error) {
    const reason = error instanceof Error ? firstLine(error.message) : 'unknown';
    return {
      documents: [],
      problems: [{ line: 1, column: 1, message: `The YAML could not be parsed: ${reason}` }],
    };
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.trim().slice(0, 200) ?? '';
}
