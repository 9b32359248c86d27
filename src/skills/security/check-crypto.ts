/** Weak hashes, guessable secrets and certificates that nobody checks. */
import type { Node } from '@babel/types';
import { walk } from '../source/walk.ts';
import { bare, isFunction, keyName, memberName } from './script-scopes.ts';
import { hitAt, type Place, type SecurityHit } from './script-sink.ts';
import { benignHash, benignRandom, isSecretContext, makesSecrets } from './security-context.ts';

const WEAK = /^(?:rsa-)?(?:md[45]|sha-?1|ripemd\d*)$/i;

/** Checks `createHash('md5')` and its like where names around it speak of passwords, tokens or signatures. */
export function checkHash({ node, scope, ancestors, tracer }: Place): SecurityHit | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const [first] = node.arguments;
  const origin = tracer.origin(node.callee, scope);
  const method = memberName(node.callee) ?? '';
  const isCreate =
    origin === undefined
      ? method === 'createHash'
      : origin.module === 'crypto' && (origin.name === 'createHash' || origin.name === 'hash');
  if (!isCreate || first === undefined) return undefined;
  const algorithm = tracer.text(first, scope)[0]?.node;
  if (algorithm?.type !== 'StringLiteral' || !WEAK.test(algorithm.value)) return undefined;
  const names = [...targetNames(ancestors), ...hashedNames(node, ancestors)];
  const around = functionName(ancestors);
  const all = around === undefined ? names : [...names, around];
  if (all.some(benignHash) || !all.some(isSecretContext)) return undefined;
  const shown = all.find(isSecretContext) ?? '';
  return hitAt(node, 'weak-hash', `${algorithm.value.toUpperCase()} is used for \`${shown}\`.`);
}

/** The names in what is hashed: the arguments of `.update()` in the chain around, or of the call itself. */
function hashedNames(node: Node, ancestors: readonly Node[]): string[] {
  const names: string[] = [];
  const collect = (root: Node): void =>
    walk(root, (one) => {
      if (one.type === 'Identifier') names.push(one.name);
      return isFunction(one) ? false : undefined;
    });
  if (node.type === 'CallExpression') for (const argument of node.arguments.slice(1)) collect(argument);
  for (let index = ancestors.length - 1; index >= 0; index -= 1) {
    const one = ancestors[index];
    if (one === undefined || (one.type !== 'MemberExpression' && one.type !== 'CallExpression')) break;
    if (one.type === 'CallExpression' && memberName(one.callee) === 'update')
      for (const argument of one.arguments) collect(argument);
  }
  return names;
}

const SLEEPERS = /^(?:setTimeout|setInterval|sleep|delay|wait)$/;

/** Checks `Math.random()` where what it makes, or the function that makes it, is named like a secret. */
export function checkRandom({ node, ancestors, tracer, scope }: Place): SecurityHit | undefined {
  if (node.type !== 'CallExpression' || memberName(node.callee) !== 'random') return undefined;
  const callee = bare(node.callee);
  if (
    callee.type !== 'MemberExpression' ||
    callee.object.type !== 'Identifier' ||
    callee.object.name !== 'Math'
  )
    return undefined;
  if (tracer.isDeclared('Math', scope)) return undefined;
  const inner = ancestors.slice(ancestors.findLastIndex((one) => isFunction(one)) + 1);
  const isWait = inner.some(
    (one) =>
      one.type === 'CallExpression' &&
      SLEEPERS.test(memberName(one.callee) ?? (one.callee.type === 'Identifier' ? one.callee.name : '')),
  );
  if (isWait) return undefined;
  const targets = targetNames(ancestors);
  if (targets.some(benignRandom)) return undefined;
  const secret = targets.find(makesSecrets);
  if (secret !== undefined) return report(node, secret);
  const maker = functionName(ancestors);
  if (maker !== undefined && makesSecrets(maker) && !benignRandom(maker)) return report(node, maker);
  // `const value = Math.random().toString(36); session.token = value;`
  const later = targets.length === 1 ? flowsInto(targets[0] ?? '', ancestors) : undefined;
  return later === undefined ? undefined : report(node, later);
}

function report(node: Node, name: string): SecurityHit {
  return hitAt(node, 'insecure-random', `Math.random makes \`${name}\`.`);
}

/** The secret-like name that a variable is given to in the function around. */
function flowsInto(variable: string, ancestors: readonly Node[]): string | undefined {
  const around = ancestors.findLast((one) => isFunction(one) || one.type === 'Program');
  let found: string | undefined;
  const isVariable = (value: Node | null | undefined): boolean => {
    const plain = value ? bare(value) : undefined;
    return plain?.type === 'Identifier' && plain.name === variable;
  };
  if (around === undefined) return undefined;
  walk(around, (node) => {
    if (node.type === 'AssignmentExpression' && isVariable(node.right))
      found ??= secretName(memberName(node.left) ?? keyName(node.left));
    if (node.type === 'VariableDeclarator' && isVariable(node.init))
      found ??= secretName(keyName(node.id as Node));
    if (node.type === 'ObjectProperty' && isVariable(node.value) && keyName(node.key) !== variable)
      found ??= secretName(keyName(node.key));
  });
  return found;
}

function secretName(name: string | undefined): string | undefined {
  return name !== undefined && makesSecrets(name) ? name : undefined;
}

/** Names that the value at hand is given to within its statement: variables, members, keys of objects. */
function targetNames(ancestors: readonly Node[]): string[] {
  const names: string[] = [];
  for (let index = ancestors.length - 1; index >= 0; index -= 1) {
    const one = ancestors[index];
    if (one === undefined || isFunction(one) || one.type.endsWith('Statement')) break;
    const name =
      one.type === 'VariableDeclarator'
        ? keyName(one.id as Node)
        : one.type === 'AssignmentExpression'
          ? (memberName(one.left) ?? keyName(one.left))
          : one.type === 'ObjectProperty' ||
              one.type === 'ClassProperty' ||
              one.type === 'ClassPrivateProperty'
            ? keyName(one.key)
            : undefined;
    if (name !== undefined) names.push(name);
  }
  return names;
}

/** The name of the nearest function that has one, also by what it is given to. */
function functionName(ancestors: readonly Node[]): string | undefined {
  for (let index = ancestors.length - 1; index >= 0; index -= 1) {
    const one = ancestors[index];
    if (one === undefined || !isFunction(one)) continue;
    if ('id' in one && one.id) return one.id.name;
    if ('key' in one) return keyName(one.key);
    const parent = ancestors[index - 1];
    if (parent?.type === 'VariableDeclarator') return keyName(parent.id as Node);
    if (parent?.type === 'ObjectProperty' || parent?.type === 'ClassProperty') return keyName(parent.key);
    if (parent?.type === 'AssignmentExpression') return memberName(parent.left) ?? keyName(parent.left);
  }
  return undefined;
}

/** Checks for switched-off certificate checks. */
export function checkTls({ node }: Place): SecurityHit | undefined {
  if (node.type === 'ObjectProperty') {
    const name = keyName(node.key);
    const isOff =
      bare(node.value).type === 'BooleanLiteral' && (bare(node.value) as { value: unknown }).value === false;
    if (!isOff || (name !== 'rejectUnauthorized' && name !== 'strictSSL')) return undefined;
    return hitAt(node, 'tls-verification-off', `\`${name}: false\` accepts any certificate.`);
  }
  if (node.type !== 'AssignmentExpression') return undefined;
  const name = memberName(node.left);
  const value = bare(node.right);
  if (name === 'rejectUnauthorized' && value.type === 'BooleanLiteral' && !value.value) {
    return hitAt(node, 'tls-verification-off', '`rejectUnauthorized = false` accepts any certificate.');
  }
  const isZero =
    (value.type === 'StringLiteral' && value.value === '0') ||
    (value.type === 'NumericLiteral' && value.value === 0);
  if (name !== 'NODE_TLS_REJECT_UNAUTHORIZED' || !isZero) return undefined;
  return hitAt(
    node,
    'tls-verification-off',
    'NODE_TLS_REJECT_UNAUTHORIZED=0 switches off certificate checks for the whole process.',
  );
}
