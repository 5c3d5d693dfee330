import type {
  Channel,
  ChannelList,
  CreateChannelRequest,
  EditMessageRequest,
  MessagePage,
  ReactRequest,
} from '@chatplatform/contracts/http/chat';
import type { StreamEntry, SyncAnswer, SyncRequest } from '@chatplatform/contracts/http/stream';
import type { Media } from '@chatplatform/contracts/http/media';
import type {
  FriendRequest,
  FriendRequestList,
  Profile,
  ProfileList,
} from '@chatplatform/contracts/http/user';
import type { Session } from './session.ts';

/** Where an edit, a deletion or a reaction has its place. */
export type Placed = { readonly entry: StreamEntry };
/** What the server adds by itself may be left out. */
export type Edit = Pick<EditMessageRequest, 'clientOperationId' | 'text'> & Partial<EditMessageRequest>;

export type Range = { readonly afterSeq?: number; readonly beforeSeq?: number; readonly limit?: number };

/** The platform's HTTP interface for one who is signed in, a function a call; docs/API_REFERENCE.md describes each. */
export type Api = ReturnType<typeof createApi>;

export function createApi({ request }: Pick<Session, 'request'>) {
  return {
    listChannels: () => request<ChannelList>({ method: 'GET', path: '/api/v1/channels' }),
    createChannel: (body: CreateChannelRequest) =>
      request<Channel>({ method: 'POST', path: '/api/v1/channels', json: body }),
    addMember: (channelId: string, userId: string) =>
      request<unknown>({ method: 'POST', path: `/api/v1/channels/${channelId}/members`, json: { userId } }),
    removeMember: (channelId: string, userId: string) =>
      request<unknown>({ method: 'DELETE', path: `/api/v1/channels/${channelId}/members/${userId}` }),
    listMessages: (channelId: string, range: Range = {}) =>
      request<MessagePage>({ method: 'GET', path: `/api/v1/channels/${channelId}/messages`, query: range }),

    editMessage: (channelId: string, seq: number, edit: Edit) =>
      request<Placed>({ method: 'PATCH', path: `/api/v1/channels/${channelId}/messages/${seq}`, json: edit }),
    deleteMessage: (channelId: string, seq: number) =>
      request<Placed>({ method: 'DELETE', path: `/api/v1/channels/${channelId}/messages/${seq}` }),
    /** `entry` is null when it was so already. */
    react: (channelId: string, seq: number, reaction: ReactRequest) =>
      request<Placed | { readonly entry: null }>({
        method: 'PUT',
        path: `/api/v1/channels/${channelId}/messages/${seq}/reactions`,
        json: reaction,
      }),
    sync: (channels: SyncRequest['channels']) =>
      request<SyncAnswer>({ method: 'POST', path: '/api/v1/channels/sync', json: { channels } }),

    searchPeople: (query: string) =>
      request<ProfileList>({ method: 'GET', path: '/api/v1/users', query: { query } }),
    getPerson: (userId: string) => request<Profile>({ method: 'GET', path: `/api/v1/users/${userId}` }),
    listFriends: () => request<ProfileList>({ method: 'GET', path: '/api/v1/friends' }),
    listFriendRequests: () => request<FriendRequestList>({ method: 'GET', path: '/api/v1/friends/requests' }),
    requestFriendship: (userId: string) =>
      request<FriendRequest>({ method: 'POST', path: '/api/v1/friends/requests', json: { userId } }),
    acceptFriendship: (requestId: string) =>
      request<FriendRequest>({
        method: 'POST',
        path: `/api/v1/friends/requests/${requestId}/accept`,
        json: {},
      }),

    upload: (body: Blob | Uint8Array<ArrayBuffer>, contentType: string) =>
      request<Media>({ method: 'POST', path: '/api/v1/media', file: { body, contentType } }),
    getMedia: (mediaId: string) => request<Media>({ method: 'GET', path: `/api/v1/media/${mediaId}` }),
  };
}
