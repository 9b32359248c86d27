/** Tells exports that do something from those that only are something. */
import type { ExportRecord } from './source-model.ts';

/** True for functions and classes, also as the default export or as `module.exports`. */
export function isCallableExport({ kind, name, defaultOf }: ExportRecord): boolean {
  return name !== '*' && (kind === 'function' || kind === 'class' || defaultOf !== undefined);
}
