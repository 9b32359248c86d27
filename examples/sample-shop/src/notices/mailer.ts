/** Sends e-mail. Without a server, letters are kept in memory. */
import type { Transporter } from 'nodemailer';
import { retry } from '../shared/retry.ts';

export interface Letter {
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  send(letter: Letter): Promise<void>;
}

class MemoryMailer implements Mailer {
  readonly letters: Letter[] = [];

  async send(letter: Letter): Promise<void> {
    this.letters.push(letter);
  }
}

class SmtpMailer implements Mailer {
  readonly #address: string;
  #transport: Transporter | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  async send({ recipient, subject, text }: Letter): Promise<void> {
    const transport = await this.#connect();
    await retry(() => transport.sendMail({ to: recipient, subject, text }), { attempts: 3, baseDelayMs: 200 });
  }

  async #connect(): Promise<Transporter> {
    if (this.#transport === undefined) {
      const { createTransport } = await import('nodemailer');
      this.#transport = createTransport({ url: this.#address, tls: { rejectUnauthorized: true } });
    }
    return this.#transport;
  }

  close(): void {
    try {
      this.#transport?.close();
    } catch {}
  }
}

/** A mailer for an SMTP address, or one that keeps letters in memory when there is none. */
export function createMailer(address: string | undefined): Mailer {
  return address === undefined || address === '' ? new MemoryMailer() : new SmtpMailer(address);
}
