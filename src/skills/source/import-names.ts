/** Which names of a module are taken where `require()` or `import()` gives it as a whole. */
import type { CallExpression, ImportExpression, Node } from '@babel/types';

/** The names taken from a module that a call gives: by destructuring, a member, or all of it. */
export function namesFrom(call: CallExpression | ImportExpression, ancestors: readonly Node[]): string[] {
  let child: Node = call;
  for (let index = ancestors.length - 1; index >= 0; index -= 1) {
    const parent = ancestors[index] as Node;
    if (
      parent.type === 'AwaitExpression' ||
      parent.type === 'ParenthesizedExpression' ||
      parent.type === 'TSNonNullExpression'
    ) {
      child = parent;
      continue;
    }
    if (parent.type === 'ExpressionStatement') return [];
    if (parent.type === 'VariableDeclarator' && parent.init === child)
      return namesOfPattern(parent.id) ?? ['*'];
    if (
      parent.type === 'MemberExpression' &&
      parent.object === child &&
      !parent.computed &&
      parent.property.type === 'Identifier'
    ) {
      if (call.type === 'CallExpression' || child.type === 'AwaitExpression') return [parent.property.name];
      return parent.property.name === 'then' ? namesOfThen(ancestors[index - 1]) : ['*'];
    }
    return ['*'];
  }
  return ['*'];
}

function namesOfThen(call: Node | undefined): string[] {
  const callback = call?.type === 'CallExpression' ? call.arguments[0] : undefined;
  if (callback?.type !== 'ArrowFunctionExpression' && callback?.type !== 'FunctionExpression') return ['*'];
  const parameter = callback.params[0];
  if (parameter?.type === 'Identifier' && callback.body.type === 'MemberExpression') {
    const { object, property, computed } = callback.body;
    if (
      object.type === 'Identifier' &&
      object.name === parameter.name &&
      !computed &&
      property.type === 'Identifier'
    )
      return [property.name];
  }
  return (parameter === undefined ? undefined : namesOfPattern(parameter)) ?? ['*'];
}

/** The keys of an object pattern; undefined when it takes the rest, computes a key or is no object pattern. */
function namesOfPattern(pattern: Node): string[] | undefined {
  if (pattern.type !== 'ObjectPattern') return undefined;
  const names: string[] = [];
  for (const property of pattern.properties) {
    if (property.type !== 'ObjectProperty' || property.computed) return undefined;
    if (property.key.type === 'Identifier') names.push(property.key.name);
    else if (property.key.type === 'StringLiteral') names.push(property.key.value);
    else return undefined;
  }
  return names;
}
