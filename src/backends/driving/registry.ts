/** Functions by name: one for all tenants, and others for one tenant each, which go first. */
import type { RegisterOptions, RunFunction } from '../../contracts/backend.ts';
import { checkFunction, checkObject } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { checkName } from './names.ts';

/** What a process can do, as others are told. */
export interface Ability {
  readonly name: string;
  /** Null: for all. */
  readonly tenant: string | null;
}

export class FunctionRegistry {
  readonly #forAll = new Map<string, RunFunction>();
  readonly #byTenant = new Map<string, Map<string, RunFunction>>();

  /** Throws `invalid-argument`, and `already-exists` for a name twice. */
  add(name: string, work: RunFunction, options: RegisterOptions = {}): void {
    checkName('name', name);
    checkFunction('work', work);
    const { tenant } = checkObject('options', options) as RegisterOptions;
    if (tenant !== undefined) checkName('tenant', tenant);
    const functions = tenant === undefined ? this.#forAll : this.#of(tenant);
    if (functions.has(name)) {
      const whose = tenant === undefined ? '' : ` for tenant "${tenant}"`;
      throw new OrchestratorError('already-exists', `A function "${name}" is registered already${whose}.`, {
        details: { name, ...(tenant !== undefined && { tenant }) },
      });
    }
    functions.set(name, work);
  }

  find(name: string, tenant: string): RunFunction | undefined {
    return this.#byTenant.get(tenant)?.get(name) ?? this.#forAll.get(name);
  }

  /** Throws `not-found` unless there is one. */
  check(name: string, tenant: string): void {
    if (this.find(name, tenant) !== undefined) return;
    throw new OrchestratorError('not-found', `No function "${name}" is registered for tenant "${tenant}".`, {
      details: { name, tenant },
    });
  }

  /** What can be done for a tenant. */
  namesFor(tenant: string): readonly string[] {
    const own = this.#byTenant.get(tenant);
    return own === undefined
      ? [...this.#forAll.keys()]
      : [...new Set([...own.keys(), ...this.#forAll.keys()])];
  }

  get abilities(): readonly Ability[] {
    const scoped = [...this.#byTenant].flatMap(([tenant, functions]) =>
      [...functions.keys()].map((name) => ({ name, tenant })),
    );
    return [...[...this.#forAll.keys()].map((name) => ({ name, tenant: null })), ...scoped];
  }

  #of(tenant: string): Map<string, RunFunction> {
    let functions = this.#byTenant.get(tenant);
    if (functions === undefined) {
      functions = new Map();
      this.#byTenant.set(tenant, functions);
    }
    return functions;
  }
}
