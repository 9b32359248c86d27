/** Joins what a profile fixes with what the caller sets. */

import { InvalidArgumentError } from '../../shared/errors.ts';
import { isPlainObject } from '../../shared/json.ts';
import type { AgentOptions, AgentProfile } from '../agent-options.ts';

/** The caller's options win over the profile's. */
export function withOptions(profile: AgentProfile, options: AgentOptions): AgentProfile {
  if (!isPlainObject(options)) {
    throw new InvalidArgumentError(
      'options',
      'an object such as { name, enableAutogen, model, systemMessage, skills, memory }',
      options,
    );
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...profile, ...given };
}
