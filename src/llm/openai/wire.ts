/** What the two interfaces have in common: a request to write, and pieces of an answer to read. */
import type { CreateOptions, ModelMessage } from '../../contracts/model.ts';
import type { Answer } from './answer.ts';
import { readChatBody, readChatChunk } from './chat-answer.ts';
import { chatRequest, type WireRequest } from './chat-request.ts';
import type { ResolvedOpenAIOptions } from './openai-options.ts';
import type { Quirks } from './quirks.ts';
import { readResponsesBody, readResponsesEvent } from './responses-answer.ts';
import { responsesRequest } from './responses-request.ts';

export interface Wire {
  /** Below the base URL. */
  readonly path: string;
  request(
    settings: ResolvedOpenAIOptions,
    messages: readonly ModelMessage[],
    options: Omit<CreateOptions, 'signal'>,
    quirks: Quirks,
  ): WireRequest;
  /** Takes in a piece of a stream; gives the text that it adds. */
  readPiece(piece: unknown, answer: Answer, model: string): string;
  /** Takes in a whole body; gives its text. */
  readBody(body: unknown, answer: Answer, model: string): string;
}

export const WIRES: Readonly<Record<ResolvedOpenAIOptions['api'], Wire>> = {
  chat: {
    path: '/chat/completions',
    request: chatRequest,
    readPiece: readChatChunk,
    readBody: readChatBody,
  },
  responses: {
    path: '/responses',
    request: responsesRequest,
    readPiece: readResponsesEvent,
    readBody: readResponsesBody,
  },
};
