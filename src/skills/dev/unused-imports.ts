/** Imports of names that their module never mentions, where taking them out can't change what the module does. */
import type { File, ImportDeclaration, Node } from '@babel/types';
import { walk } from '../source/walk.ts';

/** A piece of text to put in place of another. Offsets in UTF-16 units. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly line: number;
  readonly what: string;
}

/** Whether what comes after a place, comments aside, would go on with a statement that ends without `;`. */
export function continues(text: string, end: number): boolean {
  let at = end;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at += 1;
    const close = text.startsWith('//', at) ? '\n' : text.startsWith('/*', at) ? '*/' : undefined;
    if (close === undefined) return at < text.length && '([`+-*/.,<?'.includes(text[at] as string);
    const found = text.indexOf(close, at + 2);
    if (found < 0) return false;
    at = found + close.length;
  }
}

/** Names that a compiler uses where the code does not. */
const IMPLICIT = /^(?:React|h|Fragment|jsx|jsxs|Preact|createElement)$/;

/** One edit for each import statement with unused names. Nothing where anything of the module can't be seen. */
export function unusedImportEdits(path: string, text: string, ast: File): TextEdit[] {
  const imports = ast.program.body.filter(
    (one): one is ImportDeclaration => one.type === 'ImportDeclaration',
  );
  if (imports.length === 0) return [];
  const used = new Set<string>();
  let isOpen = false;
  walk(ast.program, (node, ancestors) => {
    if (node.type === 'ImportDeclaration') return false;
    if (node.type === 'Identifier' || node.type === 'JSXIdentifier') used.add(node.name);
    if (node.type === 'WithStatement') isOpen = true;
    if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'eval')
      isOpen = true;
    // `import x = y.z` and `export as namespace` reach names in ways of their own.
    if (node.type.startsWith('TSImportEquals') || ancestors.length > 2_000) isOpen = true;
    return undefined;
  });
  if (isOpen) return [];
  const comments = (ast.comments ?? []).map(({ value }) => value).join('\n');
  const isTypeScript = /\.[mc]?tsx?$/.test(path);
  const isUnused = (name: string): boolean =>
    !used.has(name) && !IMPLICIT.test(name) && !mentions(comments, name);
  return imports.flatMap((node) => {
    const edit = editOf(node, text, isTypeScript, isUnused);
    return edit === undefined ? [] : [edit];
  });
}

/** A name in a comment may be a type of a checker or a rule of a tool. */
function mentions(comments: string, name: string): boolean {
  for (let at = comments.indexOf(name); at >= 0; at = comments.indexOf(name, at + 1)) {
    if (!/[\w$]/.test(comments[at - 1] ?? ' ') && !/[\w$]/.test(comments[at + name.length] ?? ' '))
      return true;
  }
  return false;
}

function editOf(
  node: ImportDeclaration,
  text: string,
  isTypeScript: boolean,
  isUnused: (name: string) => boolean,
): TextEdit | undefined {
  const unused = node.specifiers.filter(({ local }) => isUnused(local.name));
  const { start, end } = node;
  if (unused.length === 0 || start == null || end == null || node.attributes?.length) return undefined;
  if ('phase' in node && node.phase != null) return undefined;
  const source = node.source;
  const names = unused.map(({ local }) => local.name).join(', ');
  const line = node.loc?.start.line ?? 1;
  const kept = node.specifiers.filter((one) => !unused.includes(one));
  if (hasComment(text.slice(start, end))) return undefined;
  if (kept.length > 0) {
    const isType = node.importKind === 'type' ? 'type ' : '';
    const quoted = text.slice(source.start ?? 0, source.end ?? 0);
    const made = `import ${isType}${clause(kept, text)} from ${quoted}`;
    return { start, end: source.end ?? end, text: made, line, what: `Takes out the unused ${names}.` };
  }
  const isGone = node.importKind === 'type' || source.value.startsWith('node:');
  if (isGone) {
    const lineEnd = /^[ \t]*\r?\n/.exec(text.slice(end))?.[0] ?? '';
    const isWhole = start === 0 || text[start - 1] === '\n';
    return {
      start,
      end: isWhole ? end + lineEnd.length : end,
      text: continues(text, end) ? `;${isWhole ? lineEnd : ''}` : '',
      line,
      what: `Takes out the import of ${names}, which is not used.`,
    };
  }
  // A compiler of TypeScript may have left the import out so far: then loading the module would be new.
  if (isTypeScript) return undefined;
  return {
    start,
    end: source.end ?? end,
    text: `import ${text.slice(source.start ?? 0, source.end ?? 0)}`,
    line,
    what: `Takes out the unused ${names}; the module is still loaded for what that does.`,
  };
}

function hasComment(text: string): boolean {
  return text.includes('//') || text.includes('/*');
}

function clause(kept: ImportDeclaration['specifiers'], text: string): string {
  const textOf = (node: Node): string => text.slice(node.start ?? 0, node.end ?? 0);
  const named = kept.filter(({ type }) => type === 'ImportSpecifier').map(textOf);
  const others = kept.filter(({ type }) => type !== 'ImportSpecifier').map(textOf);
  return [...others, ...(named.length > 0 ? [`{ ${named.join(', ')} }`] : [])].join(', ');
}
