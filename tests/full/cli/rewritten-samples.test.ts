import { describeRewritten } from '../../support/rewritten-sample/expect-rewritten.ts';

for (const seed of [2, 3, 5, 13, 21, 34, 55, 89]) describeRewritten(seed);
