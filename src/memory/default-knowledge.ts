/** What a knowledge base may start with: common practice in software work, and the standards it rests on. */
import { KnowledgeCategory } from '../contracts/memory.ts';

/** An entry before it has its times. The ids are fixed, so that a base that is kept holds each entry once. */
export interface DefaultEntry {
  readonly id: string;
  readonly title: string;
  readonly content: string;
  readonly category: KnowledgeCategory;
  readonly tags: readonly string[];
  readonly references: readonly string[];
  readonly confidence: number;
}

/** The entries. */
export const DEFAULT_KNOWLEDGE: readonly DefaultEntry[] = [
  {
    id: 'knowledge-default-code-review',
    title: 'Reviewing a change',
    content:
      'Read the description first and ask what would be wrong if the change did the opposite. Look in this order: does it ' +
      'do the right thing, is it safe with hostile input, is it tested where it can break, can the next reader follow it. ' +
      'Keep a change below about 400 lines: reviewers find fewer defects per line in larger ones. Separate what must change ' +
      'from what you would have written otherwise, and say which is which. Leave layout to a formatter.',
    category: KnowledgeCategory.BEST_PRACTICE,
    tags: ['code-review', 'quality'],
    references: ['ISO/IEC 20246:2017 Work product reviews', 'Google Engineering Practices: Code Review'],
    confidence: 0.9,
  },
  {
    id: 'knowledge-default-testing',
    title: 'What to test, and at which level',
    content:
      'Test behaviour that a caller can see, not the way it is done, so that a test fails only when somebody would notice. ' +
      'Put most tests close to the code and few over the whole system. For each rule take a case on either side of its limit ' +
      '(boundary values) and one case for each class of input (equivalence classes). A defect found later gets a test that ' +
      'fails before the fix. A test that sometimes fails is worse than none: fix the clock, order or network it depends on.',
    category: KnowledgeCategory.BEST_PRACTICE,
    tags: ['testing', 'quality'],
    references: ['ISO/IEC/IEEE 29119-4:2021 Test techniques', 'ISTQB Foundation Level Syllabus 4.0'],
    confidence: 0.9,
  },
  {
    id: 'knowledge-default-secrets',
    title: 'Handling secrets',
    content:
      'Keep credentials out of source, images, logs, error texts and command lines; other users of a machine can read the ' +
      'arguments of a process. Give each service its own, with the least rights and a date of expiry. A secret that was ' +
      'committed is burnt: revoke and replace it first, clean the history second. Compare secrets in constant time, and ' +
      'store passwords only as salted hashes of a slow function such as Argon2id.',
    category: KnowledgeCategory.BEST_PRACTICE,
    tags: ['security', 'secrets'],
    references: [
      'OWASP ASVS 5.0',
      'CWE-798 Use of Hard-coded Credentials',
      'NIST SP 800-63B',
      'RFC 9106 (Argon2)',
    ],
    confidence: 0.95,
  },
  {
    id: 'knowledge-default-input-validation',
    title: 'Input from outside is data, never code',
    content:
      'Check input where it enters, against what is allowed and not against what is known to be bad: type, length, range, ' +
      'form. Pass values to databases as parameters and to programs as an argument list, never as text put together for an ' +
      'interpreter. Encode output for the place where it goes: HTML, attribute, URL, shell. Resolve a path before it is ' +
      'compared with the folder that it must stay in. Set a limit on size, depth and time for everything that is parsed.',
    category: KnowledgeCategory.BEST_PRACTICE,
    tags: ['security', 'validation', 'injection'],
    references: ['OWASP Top 10', 'OWASP ASVS 5.0', 'CWE-20', 'CWE-22', 'CWE-78', 'CWE-89'],
    confidence: 0.95,
  },
  {
    id: 'knowledge-default-api-design',
    title: 'Designing an HTTP API',
    content:
      'Name resources with nouns and let the method say what is done: GET and HEAD are safe; PUT and DELETE may be sent again ' +
      'with the same effect; POST may not, unless it carries an idempotency key. Answer with the status that is meant: 400 for ' +
      'what cannot be read, 401 for who are you, 403 for you may not, 404, 409 for a conflict, 422 for a rule that is broken, ' +
      '429 with Retry-After. Send problems as application/problem+json. Page long lists from the first version on, and use ' +
      'ETag with If-Match so that two writers do not overwrite each other.',
    category: KnowledgeCategory.TECHNICAL,
    tags: ['api', 'http', 'architecture'],
    references: ['RFC 9110 HTTP Semantics', 'RFC 9457 Problem Details', 'RFC 6585', 'OpenAPI 3.1'],
    confidence: 0.95,
  },
  {
    id: 'knowledge-default-versioning',
    title: 'Version numbers and breaking changes',
    content:
      'In MAJOR.MINOR.PATCH a breaking change raises the first number, an addition the second and a fix the third; below ' +
      '1.0.0 anything may change. Behaviour that callers can rely on is part of the interface, also defaults, error codes and ' +
      'the oldest platform supported. Announce a removal a release ahead, with what takes its place. Keep a changelog for ' +
      'people: added, changed, deprecated, removed, fixed, security.',
    category: KnowledgeCategory.CONVENTION,
    tags: ['versioning', 'release', 'changelog'],
    references: ['Semantic Versioning 2.0.0', 'Keep a Changelog 1.1.0', 'Conventional Commits 1.0.0'],
    confidence: 0.95,
  },
  {
    id: 'knowledge-default-migrations',
    title: 'Changing a database schema without downtime',
    content:
      'Expand, move, contract. Add what is new beside the old in a form that the running release can ignore; write to both; ' +
      'fill in the old rows in small batches; read from the new; remove the old one release later. Each step can be undone ' +
      'alone. Never rename or drop in the release that stops using a column. Set a lock time-out: a migration that waits for ' +
      'a lock holds up all who come after it. Build indexes concurrently, and try it on a copy with production amounts.',
    category: KnowledgeCategory.PATTERN,
    tags: ['database', 'migration', 'release'],
    references: [
      'Parallel Change (Sato, martinfowler.com)',
      'PostgreSQL documentation: CREATE INDEX CONCURRENTLY',
    ],
    confidence: 0.9,
  },
  {
    id: 'knowledge-default-incidents',
    title: 'Writing up an incident',
    content:
      'First stop the harm, then look for the cause. Note times in UTC while it happens. Afterwards write down what users saw ' +
      'and for how long, how it was noticed, what was done when, which conditions together made it possible, and what went ' +
      'well by luck. Blame nobody: people did what seemed right with what they knew. Each action has an owner and a date, and ' +
      'at least one makes the same thing visible sooner next time.',
    category: KnowledgeCategory.LESSON_LEARNED,
    tags: ['incident', 'operations'],
    references: ['NIST SP 800-61 Rev. 3', 'Site Reliability Engineering, chapter 15: Postmortem Culture'],
    confidence: 0.9,
  },
  {
    id: 'knowledge-default-decisions',
    title: 'Recording an architecture decision',
    content:
      'One page for each decision that is costly to undo: context, the choices that were looked at, the decision, and what ' +
      'follows from it, the bad included. Date it, give it a status (proposed, accepted, superseded) and keep it beside the ' +
      'code. A decision is not edited later: a new one supersedes it and both say so. Measure before choosing where a ' +
      'measurement is cheap, and write the numbers down.',
    category: KnowledgeCategory.PROCESS,
    tags: ['architecture', 'documentation', 'decision'],
    references: ['ISO/IEC/IEEE 42010:2022', 'Documenting Architecture Decisions (Nygard, 2011)', 'MADR'],
    confidence: 0.9,
  },
  {
    id: 'knowledge-default-dependencies',
    title: 'Taking and keeping dependencies',
    content:
      'Before adding a package ask what it would take to write the part that is used, who maintains it, how it is licensed ' +
      'and what it brings along. Commit the lock file and install from it alone in builds; run no install scripts that you ' +
      'do not need. Let a machine look for known weaknesses every day, and judge them by whether the code can be reached. ' +
      'Publish a bill of materials with each release, and sign where a build came from.',
    category: KnowledgeCategory.BEST_PRACTICE,
    tags: ['dependencies', 'supply-chain', 'security'],
    references: ['SLSA 1.0', 'CycloneDX 1.6 (ECMA-424)', 'SPDX (ISO/IEC 5962:2021)', 'OSV Schema'],
    confidence: 0.9,
  },
  {
    id: 'knowledge-default-retries',
    title: 'Time-outs, retries and idempotency',
    content:
      'Every call over a network has a time-out, shorter than the one of whoever waits for it. Try again only what can ' +
      'succeed the second time, and only if doing it twice does no harm: give each effect a key by which the other side knows ' +
      'it again. Wait exponentially longer with random spread, up to a limit, and let one layer retry, not each: three layers ' +
      'of three tries are 27 calls. Stop calling a service that keeps failing for a while. Honour Retry-After.',
    category: KnowledgeCategory.PATTERN,
    tags: ['reliability', 'distributed-systems', 'retry'],
    references: [
      'RFC 9110, section 10.2.3 Retry-After',
      'Exponential Backoff And Jitter (AWS Architecture Blog, 2015)',
    ],
    confidence: 0.9,
  },
  {
    id: 'knowledge-default-observability',
    title: 'Logs, metrics and traces that answer questions',
    content:
      'Log events as structured fields with an id that follows a request through all services; one line says what happened, ' +
      'to what, and how it ended. Keep personal data and secrets out. For each service measure rate, errors and duration, ' +
      'durations as percentiles and never as means. Labels have few values: a user id belongs in a trace. Alert on what users ' +
      'feel, and let each alert say what to do.',
    category: KnowledgeCategory.BEST_PRACTICE,
    tags: ['observability', 'operations', 'logging'],
    references: [
      'W3C Trace Context',
      'OpenTelemetry Specification',
      'RFC 5424 (severity levels)',
      'OWASP Logging Cheat Sheet',
    ],
    confidence: 0.9,
  },
  {
    id: 'knowledge-default-documentation',
    title: 'Documentation by what the reader wants',
    content:
      'Four kinds that do not mix: a tutorial teaches by doing, a how-to solves one task, a reference states facts, an ' +
      'explanation gives reasons. Start a README with one sentence on what it is and the shortest program that runs. Run the ' +
      'examples in tests, so that they stay true. Headings come in order, links say where they lead, pictures have a text.',
    category: KnowledgeCategory.CONVENTION,
    tags: ['documentation'],
    references: ['Diátaxis', 'WCAG 2.2', 'CommonMark 0.31'],
    confidence: 0.9,
  },
  {
    id: 'knowledge-default-estimates',
    title: 'Estimating work',
    content:
      'Cut work until a piece takes less than about three days; what cannot be cut is not understood yet. Give a likely, a ' +
      'good and a bad case; (good + 4 × likely + bad) / 6 is the expected time and (bad − good) / 6 its spread. Add the spreads of ' +
      'a chain as squares, not as numbers. Compare with how long similar pieces really took, and tell a range, not a day.',
    category: KnowledgeCategory.PROCESS,
    tags: ['planning', 'estimation'],
    references: ['ISO 21500:2021', 'PERT (Malcolm et al., 1959)'],
    confidence: 0.8,
  },
];
