/** A behaviour to check, free of any test runner. */

/** `name` says the behaviour; `run` rejects with an assertion error when it is otherwise. */
export interface ContractCase {
  readonly name: string;
  /** Rejects when the contract is broken. */
  run(): Promise<void>;
}
