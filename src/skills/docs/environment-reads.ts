/** Finds the environment variables that modules read, and what example files say of them. */
import type { MemberExpression, Node } from '@babel/types';
import type { TextFile } from '../../contracts/workspace.ts';
import { pythonLines } from '../kit/python-lines.ts';
import type { SourceModule } from '../source/source-model.ts';
import { walk } from '../source/walk.ts';
import type { Description } from './describe-names.ts';

export interface EnvironmentRead {
  readonly name: string;
  readonly file: TextFile;
  readonly line: number;
}

/** Set by the system or the tool that runs the program: nobody configures them for it. */
const OF_THE_SYSTEM =
  /^(?:PATH|HOME|USER|USERNAME|SHELL|PWD|TMPDIR|TMP|TEMP|LANG|LC_\w+|TERM|COLORTERM|TZ|CI|NODE_ENV|NODE_OPTIONS|npm_\w+|GITHUB_\w+|RUNNER_\w+|XDG_\w+|APPDATA|LOCALAPPDATA|USERPROFILE|SystemRoot|ComSpec|FORCE_COLOR|NO_COLOR|DEBUG|MODE|DEV|PROD|SSR|BASE_URL)$/;

const ASSIGNMENT = /^\s*(?:export\s+)?#?\s?([A-Z_][A-Z\d_]{1,80})\s*=/;

/** `process.env.NAME`, `process.env['NAME']`, `const { NAME } = process.env` and the same on `import.meta.env`. */
export function readsOfModule({ ast, file }: SourceModule): readonly EnvironmentRead[] {
  const reads: EnvironmentRead[] = [];
  if (ast === undefined) return reads;
  const add = (name: string | undefined, node: Node): void => {
    if (name !== undefined && isSetting(name)) reads.push({ name, file, line: node.loc?.start.line ?? 1 });
  };
  walk(ast, (node, ancestors) => {
    if (node.type === 'MemberExpression' && isEnvironment(node.object)) {
      const parent = ancestors.at(-1);
      const isWritten = parent?.type === 'AssignmentExpression' && parent.left === node;
      const isDeleted = parent?.type === 'UnaryExpression' && parent.operator === 'delete';
      if (!isWritten && !isDeleted) add(propertyOf(node), node);
    } else if (
      node.type === 'VariableDeclarator' &&
      node.id.type === 'ObjectPattern' &&
      isEnvironment(node.init)
    ) {
      for (const property of node.id.properties)
        if (property.type === 'ObjectProperty' && property.key.type === 'Identifier' && !property.computed)
          add(property.key.name, property);
    }
  });
  return reads;
}

/** `os.environ['NAME']`, `os.environ.get('NAME')`, `os.getenv('NAME')`. */
export function readsOfPython(file: TextFile): readonly EnvironmentRead[] {
  if (!/environ|getenv/.test(file.text)) return [];
  return pythonLines(file.text).flatMap(({ tokens }) =>
    tokens.flatMap(({ text, type, line }, index): EnvironmentRead[] => {
      if (type !== 'name' || (text !== 'environ' && text !== 'getenv')) return [];
      const rest = tokens.slice(index + 1, index + 5);
      const start = rest[0]?.text === '.' && rest[1]?.text === 'get' ? 2 : 0;
      const [bracket, argument, after] = [rest[start], rest[start + 1], tokens[index + start + 4]];
      if ((bracket?.text !== '(' && bracket?.text !== '[') || argument?.type !== 'string') return [];
      if (after?.text === '=' || !isSetting(argument.text)) return [];
      return [{ name: argument.text, file, line }];
    }),
  );
}

/** The variables that `.env.example` and its like set, whether or not anything is said of them. */
export function namesInExample({ lines }: TextFile): readonly string[] {
  return lines.flatMap((line) => ASSIGNMENT.exec(line.slice(0, 200))?.[1] ?? []);
}

/** Comments above or behind the variables of `.env.example` and its like; a name alone describes nothing. */
export function describedInExample(file: TextFile): ReadonlyMap<string, Description> {
  const found = new Map<string, Description>();
  for (const [index, raw] of file.lines.entries()) {
    const text = raw.slice(0, 2_000);
    const name = ASSIGNMENT.exec(text)?.[1];
    if (name === undefined || found.has(name)) continue;
    const behind = /\s#\s?(\S.*)$/.exec(text.slice(text.indexOf('=')))?.[1];
    const above = /^\s*#\s?(\S.*)$/.exec((file.lines[index - 1] ?? '').slice(0, 2_000))?.[1];
    if (behind !== undefined)
      found.set(name, { text: behind.slice(0, 300), path: file.path, line: index + 1 });
    else if (above !== undefined && !/^[A-Z_][A-Z\d_]*\s*=/.test(above))
      found.set(name, { text: above.slice(0, 300), path: file.path, line: index });
  }
  return found;
}

function isSetting(name: string): boolean {
  return /^[A-Z_][A-Z\d_]{1,80}$/.test(name) && !OF_THE_SYSTEM.test(name);
}

function isEnvironment(node: Node | null | undefined): boolean {
  if (node?.type !== 'MemberExpression' || propertyOf(node) !== 'env') return false;
  const { object } = node;
  return (
    (object.type === 'Identifier' && object.name === 'process') ||
    (object.type === 'MetaProperty' && object.meta.name === 'import')
  );
}

function propertyOf({ property, computed }: MemberExpression): string | undefined {
  if (!computed) return property.type === 'Identifier' ? property.name : undefined;
  return property.type === 'StringLiteral' ? property.value : undefined;
}
