/** Who is signed in. Sessions live in memory and end with the process. */
import { addDays } from '../shared/dates.ts';

export interface Session {
  readonly token: string;
  readonly userId: string;
  readonly expiresAt: Date;
}

export class SessionStore {
  readonly #sessions = new Map<string, Session>();
  readonly #days: number;

  constructor(days = 1) {
    this.#days = days;
  }

  open(userId: string, now: Date = new Date()): Session {
    const session = { token: createToken(), userId, expiresAt: addDays(now, this.#days) };
    this.#sessions.set(session.token, session);
    return session;
  }

  find(token: string, now: Date = new Date()): Session | undefined {
    const session = this.#sessions.get(token);
    if (session === undefined || session.expiresAt <= now) return undefined;
    return session;
  }

  close(token: string): boolean {
    return this.#sessions.delete(token);
  }
}

function createToken(): string {
  return Math.random().toString(36).slice(2) + Date.now().toString(36);
}
