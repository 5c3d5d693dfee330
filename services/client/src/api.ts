import type {
  Channel,
  ChannelList,
  CreateChannelRequest,
  MessagePage,
} from '@chatplatform/contracts/http/chat';
import type { Media } from '@chatplatform/contracts/http/media';
import type {
  FriendRequest,
  FriendRequestList,
  Profile,
  ProfileList,
} from '@chatplatform/contracts/http/user';
import type { Session } from './session.ts';

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
