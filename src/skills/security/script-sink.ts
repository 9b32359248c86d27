/** What the checks of scripts share: the place they look at and what they report. */
import type { Node } from '@babel/types';
import type { Severity } from '../../contracts/artifact.ts';
import type { Tracer } from './script-trace.ts';
import type { SecurityRule } from './security-rules.ts';

/** A call or other node under check. */
export interface Place {
  readonly node: Node;
  readonly scope: Node;
  /** From the root to the parent; valid during the check alone. */
  readonly ancestors: readonly Node[];
  readonly tracer: Tracer;
}

/** Something found in a file, before it becomes a finding. */
export interface SecurityHit {
  readonly rule: SecurityRule;
  readonly line: number;
  readonly column?: number;
  readonly message: string;
  readonly severity?: Severity;
  /** Instead of the help of the rule, where the language has a better answer. */
  readonly advice?: string;
}

/** A hit at a node. */
export function hitAt(node: Node, rule: SecurityRule, message: string, severity?: Severity): SecurityHit {
  return {
    rule,
    message,
    line: node.loc?.start.line ?? 1,
    column: (node.loc?.start.column ?? 0) + 1,
    ...(severity === undefined ? {} : { severity }),
  };
}
