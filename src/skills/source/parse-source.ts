/** Parses one JavaScript or TypeScript file with what its name and content ask for. Never throws. */
import type { ParserOptions } from '@babel/parser';
import type { File } from '@babel/types';
import type { SyntaxProblem } from './source-model.ts';

export type Parser = (code: string, options: ParserOptions) => unknown;
type Plugins = NonNullable<ParserOptions['plugins']>;

export interface ParsedSource {
  readonly ast: File | undefined;
  readonly syntaxError?: SyntaxProblem;
  readonly notParsed?: 'too-large' | 'too-deep';
}

/** Larger files are not parsed: they are bundles or data. Characters. */
const MAX_PARSED_LENGTH = 512 * 1024;

const COMMON: Plugins = ['decoratorAutoAccessors', 'deferredImportEvaluation', 'sourcePhaseImports'];

/** The parser, loaded on first use. */
export async function loadParser(): Promise<Parser> {
  return (await import('@babel/parser')).parse;
}

/**
 * Tries the dialects that fit, most likely first, and takes the first without errors. When all fail, the tree of the
 * first that made one and the first dialect's error are given.
 */
export function parseSource(parse: Parser, path: string, text: string): ParsedSource {
  if (text.length > MAX_PARSED_LENGTH) return { ast: undefined, notParsed: 'too-large' };
  let first: ParsedSource | undefined;
  for (const { plugins, sourceType } of dialectsOf(path, text)) {
    const attempt = parseOnce(parse, text, plugins, sourceType);
    if (attempt.syntaxError === undefined && attempt.ast !== undefined) return attempt;
    if (attempt.notParsed !== undefined) return attempt;
    if (first === undefined) first = attempt;
    else if (first.ast === undefined && attempt.ast !== undefined) first = { ...first, ast: attempt.ast };
  }
  return first ?? { ast: undefined };
}

function* dialectsOf(
  path: string,
  text: string,
): Generator<{ plugins: Plugins; sourceType: 'module' | 'script' }> {
  const ending = path.slice(path.lastIndexOf('.') + 1);
  if (/^[mc]?tsx?$/.test(ending)) {
    const dts = /\.d\.[mc]?ts$/.test(path) || /\.d\.[^./]+\.ts$/.test(path);
    const base: Plugins = [
      ...COMMON,
      ['typescript', { dts }],
      ...(ending === 'tsx' ? (['jsx'] as const) : []),
    ];
    // Parameter decorators exist in the older decorators only.
    yield { plugins: [...base, 'decorators-legacy'], sourceType: 'module' };
    yield { plugins: [...base, 'decorators'], sourceType: 'module' };
    yield { plugins: [...base, 'decorators-legacy'], sourceType: 'script' };
    return;
  }
  const base: Plugins = [...COMMON, 'jsx', 'decorators'];
  const flow: Plugins = [...COMMON, 'jsx', ['flow', { all: true }], 'decorators'];
  if (text.slice(0, 2000).includes('@flow')) yield { plugins: flow, sourceType: 'module' };
  if (ending !== 'cjs') yield { plugins: base, sourceType: 'module' };
  if (ending !== 'mjs') yield { plugins: base, sourceType: 'script' };
  yield { plugins: flow, sourceType: 'module' };
  yield { plugins: [...COMMON, 'jsx', 'decorators-legacy', 'exportDefaultFrom'], sourceType: 'module' };
}

function parseOnce(
  parse: Parser,
  text: string,
  plugins: Plugins,
  sourceType: 'module' | 'script',
): ParsedSource {
  try {
    const ast = parse(text, {
      sourceType,
      plugins,
      errorRecovery: true,
      attachComment: false,
      allowReturnOutsideFunction: true,
      allowNewTargetOutsideFunction: true,
      allowSuperOutsideMethod: true,
      allowUndeclaredExports: true,
      allowAwaitOutsideFunction: sourceType === 'module',
    }) as File & { readonly errors?: readonly unknown[] };
    const error = ast.errors?.find((one) => !isMergedDeclaration(one, text));
    return error === undefined ? { ast } : { ast, syntaxError: problemOf(error) };
  } catch (error) {
    // The parser descends by recursion: code that nests deeper than the stack is not wrong, only unreadable to it.
    if (error instanceof RangeError) return { ast: undefined, notParsed: 'too-deep' };
    return { ast: undefined, syntaxError: problemOf(error) };
  }
}

/** The parser takes `var x` in `declare global` for one of the module, which it is not. */
function isMergedDeclaration(error: unknown, text: string): boolean {
  const { reasonCode } = error as { reasonCode?: string };
  return reasonCode === 'VarRedeclaration' && /\bdeclare\s+global\b/.test(text);
}

function problemOf(error: unknown): SyntaxProblem {
  const { message, loc } = error as { message?: string; loc?: { line: number; column: number } };
  const text = String(message ?? error).replace(/ \(\d+:\d+\)$/, '');
  return { message: text, line: loc?.line ?? 1, column: (loc?.column ?? 0) + 1 };
}
