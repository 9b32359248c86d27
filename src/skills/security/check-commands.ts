/** Text run as code, and shell commands made of parts that are not fixed. */
import type { CallExpression, NewExpression, Node } from '@babel/types';
import { bare, memberName } from './script-scopes.ts';
import { hitAt, type Place, type SecurityHit } from './script-sink.ts';
import { TRUST, type Trust } from './script-trace.ts';

const SHELL_CALLS = new Set(['exec', 'execSync']);
const SPAWN_CALLS = new Set(['spawn', 'spawnSync', 'execFile', 'execFileSync']);
const SHELLS = /(?:^|[\\/])(?:(?:ba|z|da|k|fi)?sh|cmd|powershell|pwsh)(?:\.exe)?$/i;
const VM_CALLS = new Set([
  'runInNewContext',
  'runInThisContext',
  'runInContext',
  'compileFunction',
  'Script',
]);

/** Checks a call for a shell command that a value can change. */
export function checkCommand({ node, scope, tracer }: Place): SecurityHit | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const origin = tracer.origin(node.callee, scope);
  if (origin === undefined || (origin.module !== 'child_process' && origin.module !== 'shelljs'))
    return undefined;
  const [first, second] = node.arguments;
  if (first === undefined) return undefined;
  if (SHELL_CALLS.has(origin.name)) return report(node, origin.name, tracer.trust(first, scope));
  if (!SPAWN_CALLS.has(origin.name)) return undefined;
  const list = second === undefined ? undefined : tracer.text(second, scope)[0];
  const elements = list?.node.type === 'ArrayExpression' ? list.node.elements : undefined;
  if (node.arguments.some((argument) => usesShell(argument, { scope, tracer }))) {
    const trusts = [
      tracer.trust(first, scope),
      second === undefined
        ? TRUST.CONSTANT
        : tracer.trust(elements === undefined && isObject(second) ? first : second, scope),
    ];
    return report(node, `${origin.name} with a shell`, Math.max(...trusts) as Trust);
  }
  const program = bare(first);
  if (program.type !== 'StringLiteral' || !SHELLS.test(program.value) || elements === undefined)
    return undefined;
  const flag = elements.findIndex(
    (element) => element?.type === 'StringLiteral' && /^(?:-[a-z]*c|\/c|-command)$/i.test(element.value),
  );
  const script = flag < 0 ? undefined : elements[flag + 1];
  // What follows the script arrives as `$1`, apart from it.
  return script ? report(node, `${program.value} -c`, tracer.trust(script, list?.scope ?? scope)) : undefined;
}

function isObject(node: Node): boolean {
  return bare(node).type === 'ObjectExpression';
}

function usesShell(argument: Node, { scope, tracer }: Pick<Place, 'scope' | 'tracer'>): boolean {
  const option = tracer.option(argument, 'shell', scope)?.value;
  if (option === undefined) return false;
  return (
    (option.type === 'BooleanLiteral' && option.value) ||
    (option.type === 'StringLiteral' && option.value !== '')
  );
}

function report(node: CallExpression, what: string, trust: Trust): SecurityHit | undefined {
  if (trust === TRUST.CONSTANT) return undefined;
  const source =
    trust === TRUST.REQUEST
      ? 'a request'
      : trust === TRUST.INPUT
        ? 'a parameter or argument'
        : 'a value that is not fixed';
  return hitAt(
    node,
    'command-injection',
    `The command given to ${what} holds ${source}.`,
    trust === TRUST.UNKNOWN ? 'warning' : undefined,
  );
}

/** Checks for text that becomes code: `eval`, `new Function`, timers with text, `node:vm`. */
export function checkEval({ node, scope, tracer }: Place): SecurityHit | undefined {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return undefined;
  const called = globalName(node, { scope, tracer });
  const given = node.arguments;
  if (called === 'eval' || called === 'Function') {
    // `Function('return this')` and its like say the same each time.
    const trust = Math.max(0, ...given.map((argument) => tracer.trust(argument, scope)));
    return trust === TRUST.CONSTANT
      ? undefined
      : hitAt(node, 'eval-use', `${called} runs text that is not fixed.`);
  }
  const [first] = given;
  if (first === undefined) return undefined;
  if ((called === 'setTimeout' || called === 'setInterval') && isText(first, { scope, tracer })) {
    const isFixed = tracer.trust(first, scope) === TRUST.CONSTANT;
    return hitAt(
      node,
      'eval-use',
      `${called} gets text instead of a function and runs it.`,
      isFixed ? 'warning' : undefined,
    );
  }
  const origin = tracer.origin(node.callee, scope);
  if (origin?.module !== 'vm' || !VM_CALLS.has(origin.name) || tracer.trust(first, scope) < TRUST.INPUT)
    return undefined;
  return hitAt(node, 'eval-use', `vm.${origin.name} runs text that comes from outside.`);
}

function isText(wrapped: Node, { scope, tracer }: Pick<Place, 'scope' | 'tracer'>): boolean {
  return tracer.text(wrapped, scope).some(({ node }) => {
    if (node.type === 'BinaryExpression' && node.operator === '+')
      return isText(node.left as Node, { scope, tracer }) || isText(node.right, { scope, tracer });
    return node.type === 'StringLiteral' || node.type === 'TemplateLiteral';
  });
}

/** The name of a global that is called, unless the file declares the name itself. */
function globalName(
  node: CallExpression | NewExpression,
  { scope, tracer }: Pick<Place, 'scope' | 'tracer'>,
): string | undefined {
  let callee = bare(node.callee);
  if (callee.type === 'SequenceExpression') callee = bare(callee.expressions.at(-1) ?? callee);
  if (callee.type === 'Identifier') return tracer.isDeclared(callee.name, scope) ? undefined : callee.name;
  const member = memberName(callee);
  const isGlobal =
    callee.type === 'MemberExpression' &&
    callee.object.type === 'Identifier' &&
    /^(?:window|globalThis|global|self)$/.test(callee.object.name);
  return isGlobal ? member : undefined;
}
