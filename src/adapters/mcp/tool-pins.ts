/** Which tools of a server may be used: those that still are what they were when they were pinned. */
import { OrchestratorError } from '../../shared/errors.ts';
import type { ListedTool } from './tool-listing.ts';

/** How a server's tools differ from what was pinned. */
export interface ToolChange {
  readonly tool: string;
  readonly change: 'changed' | 'added' | 'removed';
  readonly pinned: string | null;
  readonly found: string | null;
}

export class ToolPins {
  #pins: Map<string, string> | undefined;
  #listed: ReadonlyMap<string, ListedTool> = new Map();

  constructor(pins: Readonly<Record<string, string>> | undefined) {
    this.#pins = pins === undefined ? undefined : new Map(Object.entries(pins));
  }

  /** Takes in what the server lists now. Without pins, this is what is pinned. */
  see(listed: ReadonlyMap<string, ListedTool>): void {
    this.#listed = listed;
    if (this.#pins === undefined) this.repin();
  }

  /** Pins what the server lists now: all tools, or those named. */
  repin(names?: readonly string[]): void {
    this.#pins ??= new Map();
    const wanted = names ?? [...new Set([...this.#listed.keys(), ...this.#pins.keys()])];
    for (const name of wanted) {
      const tool = this.#listed.get(name);
      if (tool === undefined) this.#pins.delete(name);
      else this.#pins.set(name, tool.digest);
    }
  }

  get pins(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#pins ?? []);
  }

  /** Tools that are listed as they were pinned. */
  get usable(): readonly ListedTool[] {
    return [...this.#listed.values()].filter(({ name, digest }) => this.#pins?.get(name) === digest);
  }

  get changes(): readonly ToolChange[] {
    const pins = this.#pins ?? new Map<string, string>();
    const names = new Set([...pins.keys(), ...this.#listed.keys()]);
    return [...names].flatMap((tool): readonly ToolChange[] => {
      const pinned = pins.get(tool) ?? null;
      const found = this.#listed.get(tool)?.digest ?? null;
      if (pinned === found) return [];
      const change = pinned === null ? 'added' : found === null ? 'removed' : 'changed';
      return [{ tool, change, pinned, found }];
    });
  }

  /** The tool. Throws `tool-changed` for one that is not as it was pinned, `not-found` for one that there never was. */
  require(server: string, name: string): ListedTool {
    const tool = this.#listed.get(name);
    if (tool !== undefined && this.#pins?.get(name) === tool.digest) return tool;
    const change = this.changes.find((candidate) => candidate.tool === name);
    if (change === undefined)
      throw new OrchestratorError(
        'not-found',
        `The MCP server ${server} has no tool ${JSON.stringify(name)}; it has: ${[...this.#listed.keys()].join(', ') || 'none'}.`,
        { details: { adapter: server, tool: name } },
      );
    throw new OrchestratorError(
      'tool-changed',
      `The tool ${name} of the MCP server ${server} was ${change.change} since it was pinned: it is not called until it is pinned again with \`repin\`.`,
      { details: { adapter: server, ...change } },
    );
  }
}
