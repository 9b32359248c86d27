/** Takes texts that are put together apart: what is fixed, and what is put in. */
import type { Node, TemplateLiteral } from '@babel/types';
import { bare } from './script-scopes.ts';

/** The fixed parts of a text, with `?` for each part put in; and those parts. */
export function textParts(node: Node): { literal: string; holes: Node[] } {
  if (node.type === 'TemplateLiteral') return templateParts(node);
  if (node.type === 'StringLiteral') return { literal: node.value, holes: [] };
  if (node.type !== 'BinaryExpression' || node.operator !== '+') return { literal: '\u0000', holes: [node] };
  // Not recursive on the left, where long concatenations nest.
  const pieces: Node[] = [];
  let at: Node = node;
  while (at.type === 'BinaryExpression' && at.operator === '+') {
    pieces.unshift(at.right);
    at = bare(at.left);
  }
  pieces.unshift(at);
  const parts = pieces.map((piece) =>
    piece.type === 'BinaryExpression' ? { literal: '\u0000', holes: [piece] } : textParts(bare(piece)),
  );
  return {
    literal: parts.map(({ literal }) => literal).join(''),
    holes: parts.flatMap(({ holes }) => holes),
  };
}

function templateParts({ quasis, expressions }: TemplateLiteral): { literal: string; holes: Node[] } {
  return {
    literal: quasis.map(({ value }) => value.cooked ?? value.raw).join('\u0000'),
    holes: [...expressions],
  };
}
