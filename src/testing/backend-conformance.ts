/** One suite for all backends: what the contract in `contracts/backend.ts` promises, as cases for any test runner. */
import { type BackendSubject, Bench, type CaseBody } from './backend-conformance/bench.ts';
import { cancelling } from './backend-conformance/cancelling.ts';
import { children } from './backend-conformance/children.ts';
import { deduping } from './backend-conformance/deduping.ts';
import { delays } from './backend-conformance/delays.ts';
import { dependencies } from './backend-conformance/dependencies.ts';
import { journal } from './backend-conformance/journal-cases.ts';
import { limits } from './backend-conformance/limits.ts';
import { listing } from './backend-conformance/listing.ts';
import { priorities } from './backend-conformance/priorities.ts';
import { rates } from './backend-conformance/rates.ts';
import { restarting } from './backend-conformance/restarting.ts';
import { results } from './backend-conformance/results.ts';
import { retrying } from './backend-conformance/retrying.ts';
import { signals } from './backend-conformance/signals.ts';
import { sleeping } from './backend-conformance/sleeping.ts';
import { state } from './backend-conformance/state-cases.ts';
import { stopping } from './backend-conformance/stopping.ts';
import { submitting } from './backend-conformance/submitting.ts';
import { tenancy } from './backend-conformance/tenancy.ts';
import { timingOut } from './backend-conformance/timing-out.ts';

export type { BackendSubject } from './backend-conformance/bench.ts';

/** One behaviour to check. */
export interface ConformanceCase {
  /** `room: behaviour`. */
  readonly name: string;
  /** Leave it out for a backend whose capabilities lack this. */
  readonly requires?: 'durable';
  /** Rejects with an assertion error when the backend does otherwise. */
  run(): Promise<void>;
}

/** What the suite for backends is given. */
export interface BackendConformanceOptions {
  /** Makes a fresh backend, not started, over an empty store. Called once for each case. */
  create(): Promise<BackendSubject>;
}

const ROOMS: readonly (readonly [string, Readonly<Record<string, CaseBody>>, 'durable'?])[] = [
  ['submit', submitting],
  ['dedupe', deduping],
  ['priority', priorities],
  ['delay', delays],
  ['dependencies', dependencies],
  ['steps', journal],
  ['retries', retrying],
  ['sleep', sleeping],
  ['signals', signals],
  ['children', children],
  ['cancel', cancelling],
  ['timeouts', timingOut],
  ['limits', limits],
  ['rates', rates],
  ['tenants', tenancy],
  ['list', listing],
  ['results', results],
  ['state', state],
  ['stop', stopping],
  ['restart', restarting, 'durable'],
];

/**
 * The cases, free of any test runner.
 *
 * @example
 * for (const { name, requires, run } of backendConformance({ create })) {
 *   it.skipIf(requires === 'durable')(name, run);
 * }
 */
export function backendConformance({ create }: BackendConformanceOptions): readonly ConformanceCase[] {
  return ROOMS.flatMap(([room, bodies, requires]) =>
    Object.entries(bodies).map(([name, body]) => ({
      name: `${room}: ${name}`,
      ...(requires !== undefined && { requires }),
      run: () => runCase(create, body),
    })),
  );
}

async function runCase(create: BackendConformanceOptions['create'], body: CaseBody): Promise<void> {
  const bench = new Bench(await create());
  try {
    await body(bench);
  } finally {
    await bench.close();
  }
}
