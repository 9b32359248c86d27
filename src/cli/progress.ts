/** Shows how the review goes on: rewritten lines in a terminal, one line for each event in a log. */
import type { OrchestratorEvent } from '../contracts/events.ts';

/** Where progress is written. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

interface AgentLine {
  state: 'waiting' | 'working' | 'done' | 'partly' | 'failed';
  detail: string;
  startedAt: number;
  elapsedMs: number;
}

const MARKS: Readonly<Record<AgentLine['state'], string>> = {
  waiting: '·',
  working: '▸',
  done: '✓',
  partly: '○',
  failed: '✗',
};

export class Progress {
  readonly #output: ProgressOutput;
  readonly #agents: Map<string, AgentLine>;
  readonly #startedAt: number;
  readonly #isLive: boolean;
  #drawn = 0;

  constructor(agents: readonly string[], output: ProgressOutput, now: number) {
    this.#output = output;
    this.#startedAt = now;
    this.#isLive = output.isTTY === true;
    this.#agents = new Map(
      agents.map((name) => [name, { state: 'waiting', detail: '', startedAt: now, elapsedMs: 0 }]),
    );
    this.#draw();
  }

  /** Takes an event in; those of other kinds are passed over. */
  hear(event: OrchestratorEvent): void {
    if (event.type === 'task-started')
      this.#set(event.agent, event.at, { state: 'working', detail: 'started', startedAt: event.at });
    if (event.type === 'agent-reported') this.#report(event);
    if (event.type === 'task-completed')
      this.#set(event.agent, event.at, { state: 'done', detail: figuresOf(event) });
    if (event.type === 'task-failed' && event.agent !== null) {
      const isHonest =
        event.result.stopReason === 'not-applicable' || event.result.stopReason === 'unavailable';
      this.#set(event.agent, event.at, {
        state: isHonest ? 'partly' : 'failed',
        detail: event.result.errorMessage ?? event.result.stopReason,
      });
    }
  }

  #report(event: Extract<OrchestratorEvent, { type: 'agent-reported' }>): void {
    const { agent, event: told } = event;
    if (told.type === 'skill-started') this.#set(agent, event.at, { state: 'working', detail: told.skill });
    if (told.type === 'skill-finished') {
      const { skill, status, findings } = told.artifact;
      this.#set(agent, event.at, {
        detail: status === 'done' ? `${skill}: ${count(findings.length, 'finding')}` : `${skill}: ${status}`,
      });
    }
  }

  #set(agent: string, at: number, change: Partial<AgentLine>): void {
    const line = this.#agents.get(agent);
    if (line === undefined) return;
    Object.assign(line, change, { elapsedMs: at - (change.startedAt ?? line.startedAt) });
    if (this.#isLive) this.#draw();
    else this.#output.write(`[${seconds(at - this.#startedAt)}] ${render(agent, line)}\n`);
  }

  #draw(): void {
    if (!this.#isLive) return;
    const width = (this.#output.columns ?? 100) - 1;
    const lines = [...this.#agents].map(([agent, line]) => render(agent, line).slice(0, width));
    const up = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A`;
    this.#output.write(`${up}${lines.map((line) => `\u001b[2K${line}`).join('\n')}\n`);
    this.#drawn = lines.length;
  }
}

function render(agent: string, line: AgentLine): string {
  const time = line.state === 'waiting' ? '' : seconds(line.elapsedMs);
  return `${MARKS[line.state]} ${agent.padEnd(14)} ${time.padStart(7)}  ${oneLine(line.detail)}`;
}

function figuresOf({ result }: Extract<OrchestratorEvent, { type: 'task-completed' }>): string {
  const findings = result.artifacts.reduce((sum, artifact) => sum + artifact.findings.length, 0);
  const done = result.artifacts.filter(({ status }) => status === 'done').length;
  return `${count(findings, 'finding')} from ${done} of ${count(result.artifacts.length, 'skill')}`;
}

function oneLine(text: string): string {
  return printable(text).slice(0, 300);
}

/** Text from others, such as names of files, must not move the cursor, colour what follows or start a new line. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ');
}

/** `1 finding`, `2 findings`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
