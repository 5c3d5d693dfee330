import type { Ack } from '@chatplatform/contracts/frames/socket';
import { toError } from '@chatplatform/kit/errors';
import type { Logger } from '@chatplatform/kit/logger';
import { createCounter, createHistogram } from '@chatplatform/kit/metrics';
import { runWithTraceparent, withSpan } from '@chatplatform/kit/telemetry';
import { admitFrame, answerFrame } from '../core/commands/answer-frame.ts';
import type { AnswerFrameDeps } from '../core/commands/answer-frame.ts';
import type { Session } from '../core/domain/session.ts';
import { accepted, decodeFrame, refused } from './frames.ts';
import type { DecodedFrame } from './frames.ts';
import type { ClientFrameName } from '@chatplatform/contracts/frames/socket';

const frames = createCounter({
  name: 'gateway_frames_total',
  help: 'Frames from clients, by what became of them.',
  labelNames: ['frame', 'outcome'],
});
const ackDuration = createHistogram({
  name: 'gateway_ack_duration_seconds',
  help: 'Time from the arrival of a frame to its acknowledgement.',
  labelNames: ['frame'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

export interface FrameHandlerDeps extends AnswerFrameDeps {
  readonly logger: Logger;
}

/** Answers whatever a client sends. Never rejects, never drops the connection. */
export async function handleFrame(
  deps: FrameHandlerDeps,
  session: Session,
  name: string,
  body: unknown,
): Promise<Ack<unknown>> {
  let label: ClientFrameName | 'unknown' = 'unknown';
  const startedAt = performance.now();
  let ack: Ack<unknown>;
  try {
    admitFrame(session, deps.clock.now().getTime());
    const decoded = decodeFrame(name, body);
    label = decoded.name;
    ack = accepted(await traced(decoded, () => answerFrame(deps, session, decoded)));
  } catch (error) {
    ack = refused(error);
    if (!ack.ok && ack.error.status === 500) deps.logger.error({ err: toError(error) }, 'frame failed');
  }
  frames.inc({ frame: label, outcome: ack.ok ? 'ok' : ack.error.code });
  ackDuration.observe({ frame: label }, (performance.now() - startedAt) / 1000);
  return ack;
}

/** Typing is not worth a trace. Socket.IO carries no trace context: a client puts it into the frame. */
function traced<T>({ name, frame }: DecodedFrame<ClientFrameName>, answer: () => Promise<T>): Promise<T> {
  if (name === 'typing:set') return answer();
  const traceparent = 'traceparent' in frame ? frame.traceparent : undefined;
  const attributes = 'channelId' in frame ? { 'chat.channel.id': frame.channelId } : {};
  return runWithTraceparent(traceparent, () => withSpan(name, attributes, answer));
}
