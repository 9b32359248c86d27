// A correction loop: an evaluator finds faults, a handler for each category mends them, and the loop says why it stops.
import { CorrectionLoop, type EvaluationContract, type EvaluationFinding, Task } from 'autogen-orchestrator';

const finding = (category: string, message: string): EvaluationFinding => ({
  category,
  message,
  severity: 'error',
  location: null,
  suggestion: null,
  evidence: [],
});

const style: EvaluationContract = {
  name: 'style',
  criteria: ['ends with a full stop', 'is short'],
  async evaluate(content) {
    const text = String(content);
    const findings = [];
    if (!text.endsWith('.')) findings.push(finding('punctuation', 'The full stop is missing.'));
    if (text.length > 24) findings.push(finding('length', 'The text is too long.'));
    return {
      evaluatorName: 'style',
      passed: findings.length === 0,
      score: 1 - findings.length / 2,
      findings,
      needsCorrection: findings.length > 0,
      correctionSuggestions: findings.map(({ message }) => message),
      metadata: {},
    };
  },
};

const task = new Task({ title: 'Write a slogan', description: 'One short sentence.' });
const loop = new CorrectionLoop({ evaluators: [style] });
loop.registerCorrectionHandler('length', (output) => String(output).replace(' and very simply', ''));
const stuck = await loop.run(task, 'Agents and very simply done');
console.log(`${stuck.stopReason} after ${stuck.totalIterations} rounds, best: ${stuck.finalOutput}`);

loop.registerCorrectionHandler('punctuation', (output) => `${output}.`);
const mended = await loop.run(task, 'Agents and very simply done');
for (const { round, score, changedBy } of mended.iterations)
  console.log(`round ${round}: ${score}, changed by ${changedBy.join(' and ') || 'nobody'}`);
console.log(`${mended.stopReason}: ${mended.finalOutput}`);

// Prints:
// no-handler after 2 rounds, best: Agents done
// round 0: 0, changed by punctuation and length
// round 1: 1, changed by nobody
// passed: Agents done.
