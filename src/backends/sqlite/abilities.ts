/** What a process can do, as the file and its queries want it: JSON texts, made once. */
import type { Ability, FunctionRegistry } from '../driving/registry.ts';

export class Abilities {
  /** For other processes: names, or a name with the one tenant that it is for. */
  readonly text: string;
  /** The tenants of which this process can take runs; null for all. */
  readonly tenants: string | null;
  readonly #forAll: string;
  readonly #byTenant = new Map<string, string>();

  constructor(functions: FunctionRegistry) {
    const { abilities } = functions;
    const forAll = abilities.filter(({ tenant }) => tenant === null).map(({ name }) => name);
    const tenants = new Set(abilities.flatMap(({ tenant }) => tenant ?? []));
    this.text = JSON.stringify(
      abilities.map(({ name, tenant }) => (tenant === null ? name : { name, tenant })),
    );
    this.tenants = forAll.length > 0 ? null : JSON.stringify([...tenants]);
    this.#forAll = JSON.stringify(forAll);
    for (const tenant of tenants) this.#byTenant.set(tenant, JSON.stringify(functions.namesFor(tenant)));
  }

  /** Names of functions for a tenant's runs, as a JSON array. */
  namesFor(tenant: string): string {
    return this.#byTenant.get(tenant) ?? this.#forAll;
  }
}

/** Whether a worker with these abilities (their text) can do a run. */
export function canDo(text: string, name: string, tenant: string): boolean {
  const abilities = JSON.parse(text) as (string | Ability)[];
  return abilities.some((each) =>
    typeof each === 'string' ? each === name : each.name === name && each.tenant === tenant,
  );
}
