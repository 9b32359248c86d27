/** What a module that can't be parsed seems to import, by its text: one slip in a file should not blind us for its package. */
import { isBuiltin } from 'node:module';
import type { ReadImports } from './read-imports.ts';

const MAX_SPECIFIERS = 500;
const SPECIFIER = /(?:\bfrom|\bimport|\brequire\s{0,5}\(|\bimport\s{0,5}\()\s{0,20}(['"])([^'"\s]{1,200})\1/g;
/** `import(name)`, `require(name)` and patterns of bundlers. */
const COMPUTED = /\b(?:import|require)\s{0,5}\(\s{0,20}(?!['"]|\s)|\b(?:glob|globEager|context)\s{0,5}\(/;
const PACKAGE = /^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(?:\/|$)/i;

/** All that it names counts as loaded; a name that an alias may hide behind counts as unknown. */
export function readBrokenImports(text: string): ReadImports {
  const specifiers = new Set<string>();
  for (const [, , specifier = ''] of text.matchAll(SPECIFIER)) {
    if (specifiers.size >= MAX_SPECIFIERS) break;
    if (!isBuiltin(specifier)) specifiers.add(specifier);
  }
  const isUnknown = [...specifiers].some((one) => !one.startsWith('.') && !PACKAGE.test(one));
  return {
    imports: [],
    strings: [...specifiers],
    prefixes: [],
    hasComputedImport: isUnknown || specifiers.size >= MAX_SPECIFIERS || COMPUTED.test(text),
  };
}
