import { isDuplicateKey, outboxEntries } from '@chatplatform/kit/mongo';
import { pairKey, peerOf } from '../../core/domain/friend-request.ts';
import type { FriendRequest } from '../../core/domain/friend-request.ts';
import type { FriendRequestRepository } from '../../core/ports/friend-request-repository.ts';
import type { Collections, FriendRequestDocument } from './collections.ts';
import { storedEvent } from './stored-events.ts';
import type { OnEventStored } from './stored-events.ts';

const toRequest = (document: FriendRequestDocument): FriendRequest => ({
  id: document.requestId,
  requesterId: document.requesterId,
  addresseeId: document.addresseeId,
  status: document.status,
  createdAt: document.createdAt,
  revision: document.revision,
});

const toDocument = ({ id, ...request }: FriendRequest): FriendRequestDocument => ({
  ...request,
  _id: pairKey(request.requesterId, request.addresseeId),
  requestId: id,
  members: [request.requesterId, request.addresseeId],
});

export function createFriendRequestRepository(
  { friendRequests }: Collections,
  onEventStored: OnEventStored,
): FriendRequestRepository {
  const requestOf = (document: FriendRequestDocument | null): FriendRequest | null =>
    document === null ? null : toRequest(document);
  return {
    async findById(id) {
      return requestOf(await friendRequests.findOne({ requestId: id }));
    },
    async findByPair(a, b) {
      return requestOf(await friendRequests.findOne({ _id: pairKey(a, b) }));
    },
    async findPending(userId, limit) {
      const documents = await friendRequests
        .find({ members: userId, status: 'pending' })
        .sort({ createdAt: -1 })
        .limit(limit)
        .toArray();
      return documents.map(toRequest);
    },
    async findFriendIds(userId) {
      const documents = await friendRequests
        .find({ members: userId, status: 'accepted' }, { projection: { outbox: 0 } })
        .toArray();
      return documents.map((document) => peerOf(toRequest(document), userId));
    },
    async insert(request, event) {
      const document = toDocument(request);
      try {
        await friendRequests.insertOne({ ...document, outbox: outboxEntries([event]) });
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
      onEventStored(storedEvent(event, friendRequests.collectionName, document._id));
      return true;
    },
    async replace(next, event) {
      const { _id, ...fields } = toDocument(next);
      const { matchedCount } = await friendRequests.updateOne(
        { _id, revision: next.revision - 1 },
        {
          $set: fields,
          ...(event === null ? {} : { $push: { outbox: { $each: outboxEntries([event]) } } }),
        },
      );
      if (matchedCount === 0) return false;
      if (event !== null) onEventStored(storedEvent(event, friendRequests.collectionName, _id));
      return true;
    },
  };
}
