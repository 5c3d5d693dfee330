import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
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
import { attempt } from './session.ts';

/** The platform's HTTP interface, a method a call; docs/API_REFERENCE.md describes each. */
@Injectable({ providedIn: 'root' })
export class Backend {
  private readonly http = inject(HttpClient);

  listChannels(): Promise<ChannelList> {
    return attempt(this.http.get<ChannelList>('/api/v1/channels'));
  }

  createChannel(request: CreateChannelRequest): Promise<Channel> {
    return attempt(this.http.post<Channel>('/api/v1/channels', request));
  }

  listMessages(
    channelId: string,
    range: { afterSeq?: number; beforeSeq?: number } = {},
  ): Promise<MessagePage> {
    return attempt(
      this.http.get<MessagePage>(`/api/v1/channels/${channelId}/messages`, { params: { ...range } }),
    );
  }

  searchPeople(query: string): Promise<ProfileList> {
    return attempt(this.http.get<ProfileList>('/api/v1/users', { params: { query } }));
  }

  getPerson(userId: string): Promise<Profile> {
    return attempt(this.http.get<Profile>(`/api/v1/users/${userId}`));
  }

  listFriends(): Promise<ProfileList> {
    return attempt(this.http.get<ProfileList>('/api/v1/friends'));
  }

  listFriendRequests(): Promise<FriendRequestList> {
    return attempt(this.http.get<FriendRequestList>('/api/v1/friends/requests'));
  }

  requestFriendship(userId: string): Promise<FriendRequest> {
    return attempt(this.http.post<FriendRequest>('/api/v1/friends/requests', { userId }));
  }

  acceptFriendship(requestId: string): Promise<FriendRequest> {
    return attempt(this.http.post<FriendRequest>(`/api/v1/friends/requests/${requestId}/accept`, {}));
  }

  upload(file: File): Promise<Media> {
    return attempt(
      this.http.post<Media>('/api/v1/media', file, {
        headers: { 'content-type': file.type || 'application/octet-stream' },
      }),
    );
  }

  getMedia(mediaId: string): Promise<Media> {
    return attempt(this.http.get<Media>(`/api/v1/media/${mediaId}`));
  }
}
