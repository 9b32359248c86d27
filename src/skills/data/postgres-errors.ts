/** What a refusal by PostgreSQL says: a fault of the statement, or something that this database does not have. */
import type { RuleInfo } from '../../contracts/skill.ts';
import { type FindingParts, locate } from '../kit/finding.ts';
import type { PostgresError } from './postgres-check.ts';
import {
  isPostgresRunnable,
  lastName,
  makesExtension,
  type PostgresSources,
  tableOf,
} from './postgres-sources.ts';
import type { SqlGroup } from './sql-sources.ts';
import { lineIn } from './sql-statements.ts';
import type { Step } from './sql-table-rules.ts';

export const PG_ERROR: RuleInfo = {
  id: 'pg-sql-error',
  severity: 'error',
  title: 'Statement that PostgreSQL refuses',
  help: 'The definition was run on an empty PostgreSQL and failed. Correct it, or the migration stops here.',
};

/** Types and functions of usual extensions: a platform may have switched them on. */
const OF_EXTENSIONS =
  /^(?:citext|hstore|ltree|lquery|ltxtquery|cube|earth|isbn\d*|issn\d*|ean13|geometry|geography|raster|box[23]d|h3index|vector|halfvec|sparsevec|semver|intarray|uuid_.*|gen_salt|crypt|digest|hmac|pgp_.*|armor|similarity|unaccent|st_.*|create_hypertable|gen_random_bytes|soundex|levenshtein|nanoid|ulid|pg_.*)$/;
/** Work that may make names this check does not see. */
const OPAQUE = /^(?:DO|CALL|IMPORT|EXECUTE)\b|^SELECT\b(?!\s+(?:pg_catalog\.)?(?:set_config|setval)\b)/i;

/** What the statements of a group are judged with. */
export interface ErrorSurroundings {
  readonly group: SqlGroup;
  readonly sources: PostgresSources;
  readonly steps: readonly Step[];
  /** Tables that a refused statement makes or changes; grows. */
  readonly unsure: Set<string | undefined>;
}

/** The finding for a refusal, or the reason why it is left unjudged. Call it in the order of the statements. */
export function judgeRefusal(
  error: PostgresError,
  step: Step,
  around: ErrorSurroundings,
): FindingParts | string {
  const { file, statement } = step;
  const reason = `postgresql ${error.code}: ${error.message.slice(0, 200)}`;
  const isFollowUp = [...around.unsure].some((name) => name !== undefined && hasWord(statement.bare, name));
  around.unsure.add(tableOf(statement));
  if (error.code !== '42601' && (isFollowUp || !isFault(error, step, around))) return reason;
  const line = lineOf(error, step);
  return {
    rule: PG_ERROR,
    message: `PostgreSQL refuses this: ${error.message.slice(0, 200)}.`,
    location: locate(file, line),
  };
}

function isFault(error: PostgresError, step: Step, { group, sources, steps }: ErrorSurroundings): boolean {
  const { code, message } = error;
  if (!/^(?:42|22|54|2BP01)/.test(code) || code === '42501') return false;
  if (code === '42P06' && /"public"/.test(message)) return false;
  const statements = group.files.flatMap((sql) => sql.statements);
  const hasExtensions = sources.hasExtensions || group.files.some(makesExtension);
  const isOpaque = statements.some(({ bare }) => OPAQUE.test(bare));
  const name = lastName(/"([^"]+)"/.exec(message)?.[1] ?? /function ([\w$.]+)\(/.exec(message)?.[1] ?? '');
  const isForeign = isOpaque || OF_EXTENSIONS.test(name);
  if (code === '42P01') {
    if (
      isForeign ||
      message.includes('.') ||
      !steps.some(({ statement }) => tableOf(statement) !== undefined && /^CREATE/i.test(statement.bare))
    )
      return false;
    if (!sources.known.has(name))
      return !hasExtensions || !/^CREATE\s+(?:OR|TEMP|VIEW)/i.test(step.statement.bare);
    // Made, but only later: PostgreSQL, unlike SQLite, does not take that.
    const isOrdered = group.isSequence || group.files.length === 1;
    const setsPath = statements.some(({ bare }) =>
      /^SET\s+(?:SESSION\s+|LOCAL\s+)?search_path\b/i.test(bare),
    );
    const maker = steps.findIndex(
      ({ statement }) => tableOf(statement) === name && /^CREATE\s+(?:\w+\s+)?TABLE\b/i.test(statement.bare),
    );
    return isOrdered && !setsPath && maker >= steps.indexOf(step) && isPostgresRunnable(step.statement);
  }
  if (code === '42704') {
    if (/^type "/.test(message))
      return (
        !isForeign &&
        !hasExtensions &&
        !message.includes('.') &&
        !sources.known.has(name.replace(/\[\]$/, ''))
      );
    return /^constraint "/.test(message) && !isOpaque;
  }
  if (code === '42883') return !isForeign && !hasExtensions && !sources.known.has(name);
  return true;
}

/** Where PostgreSQL points at; else where the name it complains of stands; else where the statement begins. */
function lineOf({ position, message }: PostgresError, { statement }: Step): number {
  if (position !== null) return lineIn(statement, Math.min(position - 1, statement.text.length));
  for (const [, quoted = ''] of message.matchAll(/"([^"]{1,200})"/g)) {
    const at = wordAt(statement.bare, lastName(quoted));
    if (at > 0) return lineIn(statement, at);
  }
  return statement.line;
}

function hasWord(bare: string, name: string): boolean {
  return wordAt(bare, name) !== -1;
}

function wordAt(bare: string, name: string): number {
  const text = bare.toLowerCase();
  if (name === '') return -1;
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!/[\w$]/.test(text[at - 1] ?? ' ') && !/[\w$]/.test(text[at + name.length] ?? ' ')) return at;
  }
  return -1;
}
