import { clientFrames } from '@chatplatform/contracts/frames/socket';
import type { Ack, ClientFrame, ClientFrameName } from '@chatplatform/contracts/frames/socket';
import { invalid } from '@chatplatform/kit/errors';
import { parseWith } from '@chatplatform/kit/http';
import { problemOf } from '@chatplatform/kit/problem';
import { ChatRefusal } from '../core/domain/chat-refusal.ts';

const isFrameName = (name: string): name is ClientFrameName => Object.hasOwn(clientFrames, name);

export interface DecodedFrame<F extends ClientFrameName> {
  readonly name: F;
  readonly frame: ClientFrame<F>;
}

/** @throws DomainError `invalid` that names each wrong field, or that there is no such frame */
export function decodeFrame(name: string, body: unknown): DecodedFrame<ClientFrameName> {
  if (!isFrameName(name)) throw invalid('frame.unknown', `There is no frame of this name.`);
  return { name, frame: parseWith(clientFrames[name], body) };
}

export const accepted = <T>(result: T): Ack<T> => ({ ok: true, result });

export const refused = (thrown: unknown): Ack<never> => ({
  ok: false,
  error: thrown instanceof ChatRefusal ? thrown.problem : problemOf(thrown),
});
