/** Cuts a talk with a model into parts that may be left out without breaking it: a call never without its results. */
import type { ModelMessage } from '../../contracts/model.ts';

/** What stays in any case, and the rest in parts, oldest first. */
export interface MessageUnits {
  /** System messages at the start, and the first message of a user: what is to be done. */
  readonly pinned: readonly ModelMessage[];
  readonly units: readonly (readonly ModelMessage[])[];
}

export function unitsOf(messages: readonly ModelMessage[]): MessageUnits {
  const firstUser = messages.findIndex(({ type }) => type === 'user');
  const leading = messages.findIndex(({ type }) => type !== 'system');
  const isPinned = (index: number): boolean => index === firstUser || leading < 0 || index < leading;
  const units: ModelMessage[][] = [];
  for (const [index, message] of messages.entries()) {
    if (isPinned(index)) continue;
    const last = units.at(-1);
    if (message.type === 'function-result' && last !== undefined) last.push(message);
    else units.push([message]);
  }
  return { pinned: messages.filter((_, index) => isPinned(index)), units };
}

/** Puts the parts together again, with a note where something was left out. */
export function joinUnits(
  pinned: readonly ModelMessage[],
  note: string | undefined,
  units: readonly (readonly ModelMessage[])[],
): readonly ModelMessage[] {
  const noted: readonly ModelMessage[] =
    note === undefined ? [] : [{ type: 'user', source: 'context', content: note }];
  return [...pinned, ...noted, ...units.flat()];
}
