/** What the type check takes from a repository's tsconfig: a few values as data, everything else is fixed. */
import type { CompilerOptions } from 'typescript';
import { isPlainObject } from '../../shared/json.ts';
import { parseJsonc } from '../source/parse-jsonc.ts';

type TypeScript = typeof import('typescript');

/** No plugin, no `extends`, no file outside: of the text only strictness and how JSX is read count. */
export function compilerOptions(ts: TypeScript, tsconfig: string | undefined): CompilerOptions {
  const json = tsconfig === undefined ? undefined : parseJsonc(tsconfig);
  const own = isPlainObject(json?.['compilerOptions']) ? json['compilerOptions'] : {};
  const flag = (name: string): boolean =>
    typeof own[name] === 'boolean' ? own[name] : own['strict'] === true;
  return {
    target: ts.ScriptTarget.ESNext,
    lib: ['lib.esnext.d.ts', 'lib.decorators.d.ts', 'lib.decorators.legacy.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    jsx: ts.JsxEmit.Preserve,
    strictNullChecks: flag('strictNullChecks'),
    strictFunctionTypes: flag('strictFunctionTypes'),
    strictBindCallApply: flag('strictBindCallApply'),
    useUnknownInCatchVariables: flag('useUnknownInCatchVariables'),
    // What packages bring is not there, so that much would be `any` by no fault of the code.
    noImplicitAny: false,
    noImplicitThis: false,
    strictPropertyInitialization: false,
    experimentalDecorators: own['experimentalDecorators'] === true,
    allowImportingTsExtensions: true,
    allowSyntheticDefaultImports: true,
    esModuleInterop: true,
    resolveJsonModule: false,
    allowJs: false,
    noEmit: true,
    skipLibCheck: true,
    skipDefaultLibCheck: true,
    types: [],
  };
}
