/** Where identifiers come from: random by default, seeded in tests. */
import { randomBytes } from 'node:crypto';

/** Makes a new identifier that starts with `prefix` and a hyphen. */
export type IdSource = (prefix: string) => string;

/** 96 random bits behind the prefix: `task-4f0c…`. */
export const randomIds: IdSource = (prefix) => `${prefix}-${randomBytes(12).toString('hex')}`;
