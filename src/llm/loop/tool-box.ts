/** Tools outside of any run: nothing is journalled. Agents have `context.tools`, where each call is a step. */
import { parseWith } from '../../contracts/schema.ts';
import type { AnyTool, ToolBox } from '../../contracts/tool.ts';
import { checkListOf } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { type IdSource, randomIds } from '../../shared/ids.ts';

/** Throws `already-exists` when two tools have the same name. */
export function createToolBox(tools: readonly AnyTool[], ids: IdSource = randomIds): ToolBox {
  const byName = new Map<string, AnyTool>();
  for (const tool of checkListOf('tools', tools, ['execute'], 'a tool')) {
    if (byName.has(tool.name))
      throw new OrchestratorError(
        'already-exists',
        `There are two tools named ${JSON.stringify(tool.name)}.`,
        {
          details: { name: tool.name },
        },
      );
    byName.set(tool.name, tool);
  }
  return {
    list: Object.freeze([...tools]),
    async call(name, input, { signal = new AbortController().signal } = {}) {
      const tool = byName.get(name);
      if (tool === undefined) {
        const known = [...byName.keys()].join(', ') || 'none';
        throw new OrchestratorError(
          'not-found',
          `There is no tool ${JSON.stringify(name)}; there are: ${known}.`,
          { details: { name, known } },
        );
      }
      const checked: unknown = await parseWith(tool.input, input, `The input of tool ${name}`);
      return tool.execute(checked, { signal, idempotencyKey: ids('call') });
    },
    with: (more) => createToolBox([...tools, ...checkListOf('more', more, ['execute'], 'a tool')], ids),
  };
}
