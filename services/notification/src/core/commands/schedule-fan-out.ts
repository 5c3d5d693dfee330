import type { EventData } from '@chatplatform/contracts/events/catalogue';
import type { FanOut } from '../domain/fan-out.ts';
import type { Occasion } from '../domain/occasion.ts';
import type { FanOutQueue } from '../ports/fan-out-queue.ts';

export interface ScheduleDeps {
  readonly fanOuts: FanOutQueue;
  /** OFFLINE_GRACE_SECONDS: who reconnects within it is not disturbed. */
  readonly graceMs: number;
}

/** Once this returns the event may be acknowledged: the fan-out is stored and a worker will find it. */
export async function scheduleFanOut({ fanOuts, graceMs }: ScheduleDeps, event: FanOut): Promise<void> {
  await fanOuts.enqueue(event, new Date(event.occurredAt.getTime() + graceMs));
}

export function messageOccasion(data: EventData<'chat.message.created.v1'>): Occasion {
  return {
    kind: 'message',
    messageId: data.messageId,
    channelId: data.channelId,
    senderId: data.senderId,
    text: data.text,
    attachmentCount: data.attachments.length,
    mentions: data.mentions,
  };
}

export function friendRequestOccasion(data: EventData<'user.friendship-requested.v1'>): Occasion {
  return { kind: 'friend-request', actorId: data.requesterId, recipientId: data.addresseeId };
}

export function friendAcceptedOccasion(data: EventData<'user.friendship-accepted.v1'>): Occasion {
  return { kind: 'friend-accepted', actorId: data.addresseeId, recipientId: data.requesterId };
}
