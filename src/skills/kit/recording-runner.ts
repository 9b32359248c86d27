/** A runner that remembers which programs ran, so that an artifact can name them as evidence. */
import type { CommandEvidence } from '../../contracts/artifact.ts';
import type { ProgramRunner } from '../../contracts/program.ts';

/** Most commands that are kept: the first ones. */
const MAX_COMMANDS = 40;

/** The same runner, and the evidence of each program that ended, in order; at most forty. */
export function recordingRunner(runner: ProgramRunner): {
  readonly runner: ProgramRunner;
  readonly commands: readonly CommandEvidence[];
} {
  const commands: CommandEvidence[] = [];
  return {
    commands,
    runner: {
      async run(request) {
        const result = await runner.run(request);
        if (commands.length < MAX_COMMANDS) commands.push(result.evidence);
        return result;
      },
      which: (command) => runner.which(command),
    },
  };
}
