// A value of a given shape from a model, checked, with one round to mend what does not fit.

import { createStructured, OrchestratorError } from 'autogen-orchestrator';
import { ScriptedModel } from 'autogen-orchestrator/testing';
import { z } from 'zod';

const Invoice = z.object({ number: z.string(), total: z.number().positive() });
const format = { name: 'invoice', schema: Invoice, jsonSchema: z.toJSONSchema(Invoice) as never };
const messages = [{ type: 'user', content: 'Invoice A-17, in all 120 euros.', source: 'user' }] as const;

// A model of this sort forgets a member at first.
const forgetful = new ScriptedModel(['{"number":"A-17"}', '{"number":"A-17","total":120}']);
const { value, results } = await createStructured(forgetful, messages, format);
console.log(value.number, value.total, `after ${results.length} answers`);

// This one never gets it right: what comes is an error, not something that does not fit.
const stubborn = new ScriptedModel(['It is 120 euros.', '{"number":17,"total":-1}']);
try {
  await createStructured(stubborn, messages, format);
} catch (error) {
  if (!OrchestratorError.isInstance(error)) throw error;
  console.log(error.code, error.details['issues']);
}

// Prints:
// A-17 120 after 2 answers
// schema-mismatch [
//   'number: Invalid input: expected string, received number',
//   'total: Too small: expected number to be >0'
// ]
