/** Runs every check over one parsed JavaScript or TypeScript file. */
import type { File, Node } from '@babel/types';
import { walk } from '../source/walk.ts';
import { checkCommand, checkEval } from './check-commands.ts';
import { checkHash, checkRandom, checkTls } from './check-crypto.ts';
import { checkPath } from './check-paths.ts';
import { checkSql } from './check-sql.ts';
import { isScope, Scopes } from './script-scopes.ts';
import type { Place, SecurityHit } from './script-sink.ts';
import { Tracer } from './script-trace.ts';

const CALL_CHECKS = [checkEval, checkCommand, checkSql, checkPath, checkHash, checkRandom];

/** What is dangerous in a file, in source order; at most one hit of a rule for each place. */
export function scanScript(file: File): SecurityHit[] {
  const scopes = new Scopes(file);
  const tracer = new Tracer(scopes);
  const hits = new Map<string, SecurityHit>();
  const check = (
    checks: readonly ((place: Place) => SecurityHit | undefined)[],
    node: Node,
    ancestors: readonly Node[],
  ): void => {
    const place = { node, ancestors, tracer, scope: ancestors.findLast(isScope) ?? scopes.root };
    for (const one of checks) {
      const hit = one(place);
      const key = hit === undefined ? '' : `${hit.rule} ${hit.line}`;
      if (hit !== undefined && !hits.has(key)) hits.set(key, hit);
    }
  };
  walk(file.program, (node, ancestors) => {
    if (node.type === 'CallExpression' || node.type === 'NewExpression') check(CALL_CHECKS, node, ancestors);
    // `db?.query(…)` is the same call to every check.
    else if (node.type === 'OptionalCallExpression')
      check(CALL_CHECKS, { ...node, type: 'CallExpression' } as Node, ancestors);
    else if (node.type === 'ObjectProperty' || node.type === 'AssignmentExpression')
      check([checkTls], node, ancestors);
  });
  return [...hits.values()];
}
