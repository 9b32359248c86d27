/** Drafts a decision record in the shape of MADR 4 out of what is given; sections of which nothing is known are left out. */
import { z } from 'zod';

const text = z.string().trim().min(1).max(5_000);
const line = z.string().trim().min(1).max(300);

/** A decision as it is handed in. */
export const decisionInput = z.object({
  title: line,
  status: line.optional(),
  date: z.iso.date().optional(),
  deciders: z.array(line).max(50).optional(),
  context: text,
  drivers: z.array(line).max(50).optional(),
  options: z
    .array(
      z.object({ name: line, good: z.array(line).max(30).optional(), bad: z.array(line).max(30).optional() }),
    )
    .max(20)
    .optional(),
  outcome: z.object({ option: line, because: text.optional() }).optional(),
  consequences: z
    .object({ good: z.array(line).max(30).optional(), bad: z.array(line).max(30).optional() })
    .optional(),
  more: text.optional(),
});
export type DecisionInput = z.infer<typeof decisionInput>;

/** Markdown. Without a status the record is `proposed`, which is what a draft is. */
export function draftRecord(decision: DecisionInput): string {
  const { title, status = 'proposed', date, deciders = [], context, drivers = [], options = [] } = decision;
  const { outcome, consequences, more } = decision;
  const head = [
    `status: ${JSON.stringify(status)}`,
    ...(date === undefined ? [] : [`date: ${date}`]),
    ...(deciders.length === 0 ? [] : [`decision-makers: ${JSON.stringify(deciders)}`]),
  ];
  const sections = [
    `---\n${head.join('\n')}\n---`,
    `# ${oneLine(title)}`,
    `## Context and Problem Statement\n\n${context}`,
    list('## Decision Drivers', drivers),
    list(
      '## Considered Options',
      options.map(({ name }) => name),
    ),
    outcome === undefined
      ? ''
      : `## Decision Outcome\n\nChosen option: "${oneLine(outcome.option)}"${outcome.because === undefined ? '' : `, because ${outcome.because}`}`,
    list('### Consequences', judged(consequences?.good, consequences?.bad)),
    ...prosAndCons(options),
    more === undefined ? '' : `## More Information\n\n${more}`,
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function prosAndCons(options: NonNullable<DecisionInput['options']>): readonly string[] {
  const judgedOptions = options.filter(({ good = [], bad = [] }) => good.length + bad.length > 0);
  if (judgedOptions.length === 0) return [];
  return [
    '## Pros and Cons of the Options',
    ...judgedOptions.map(({ name, good, bad }) => list(`### ${oneLine(name)}`, judged(good, bad))),
  ];
}

function judged(good: readonly string[] = [], bad: readonly string[] = []): readonly string[] {
  return [...good.map((one) => `Good, because ${one}`), ...bad.map((one) => `Bad, because ${one}`)];
}

function list(heading: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `${heading}\n\n${items.map((item) => `* ${oneLine(item)}`).join('\n')}`;
}

function oneLine(words: string): string {
  return words.replace(/\s+/g, ' ').trim();
}
