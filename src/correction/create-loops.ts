/** Three loops with known limits. */
import { checkObject } from '../shared/check.ts';
import { CorrectionLoop, type CorrectionLoopOptions } from './correction-loop.ts';

/** What may be given to a loop whose limits are set. */
type LoopOptions = Omit<CorrectionLoopOptions, 'maxIterations' | 'minPassingScore'>;

/** Three rounds at a score of 0.8. */
export function createDefaultLoop(options: LoopOptions = {}): CorrectionLoop {
  checkObject('options', options);
  return new CorrectionLoop({ ...options, maxIterations: 3, minPassingScore: 0.8 });
}

/** Five rounds at a score of 0.95. */
export function createStrictLoop(options: LoopOptions = {}): CorrectionLoop {
  checkObject('options', options);
  return new CorrectionLoop({ ...options, maxIterations: 5, minPassingScore: 0.95 });
}

/** Two rounds at a score of 0.6. */
export function createLenientLoop(options: LoopOptions = {}): CorrectionLoop {
  checkObject('options', options);
  return new CorrectionLoop({ ...options, maxIterations: 2, minPassingScore: 0.6 });
}
