import type { z } from 'zod';
import * as analytics from '../http/analytics.ts';
import * as auth from '../http/auth.ts';
import * as chat from '../http/chat.ts';
import * as live from '../http/live.ts';
import * as media from '../http/media.ts';
import * as stream from '../http/stream.ts';
import * as notification from '../http/notification.ts';
import * as user from '../http/user.ts';
import * as frames from '../frames/socket.ts';
import { problem } from '../problem.ts';

/** What callers send. */
export const requestSchemas: Readonly<Record<string, z.ZodType>> = {
  RegisterRequest: auth.registerRequest,
  LoginRequest: auth.loginRequest,
  RefreshRequest: auth.refreshRequest,
  UpdateProfileRequest: user.updateProfileRequest,
  CreateFriendRequest: user.createFriendRequest,
  CreateChannelRequest: chat.createChannelRequest,
  AddMemberRequest: chat.addMemberRequest,
  ChangeRoleRequest: chat.changeRoleRequest,
  ArchiveRequest: chat.archiveRequest,
  SendMessageRequest: chat.sendMessageRequest,
  EditMessageRequest: chat.editMessageRequest,
  ReactRequest: chat.reactRequest,
  MarkReadRequest: chat.markReadRequest,
  ReceiptSettingsRequest: chat.receiptSettings,
  SyncRequest: stream.syncRequest,
  TypingRequest: live.typingRequest,
  PreferencesRequest: notification.preferences,
  RegisterDeviceRequest: notification.registerDeviceRequest,
};

/** What callers get. */
export const responseSchemas: Readonly<Record<string, z.ZodType>> = {
  Problem: problem,
  Account: auth.account,
  TokenResponse: auth.tokenResponse,
  JsonWebKeySet: auth.jsonWebKeySet,
  Profile: user.profile,
  ProfileList: user.profileList,
  FriendRequest: user.friendRequest,
  FriendRequestList: user.friendRequestList,
  Channel: chat.channel,
  ChannelList: chat.channelList,
  PublicChannel: chat.publicChannel,
  PublicChannelList: chat.publicChannelList,
  Member: chat.member,
  MemberList: chat.memberList,
  Message: chat.message,
  MessagePage: chat.messagePage,
  MessageHistory: chat.messageHistory,
  Reaction: chat.reaction,
  StreamEntry: stream.streamEntry,
  Receipt: stream.receipt,
  ChannelSync: stream.channelSync,
  SyncAnswer: stream.syncAnswer,
  EntryResult: frames.entryResult,
  ReactResult: frames.reactResult,
  ReadMark: frames.readResult,
  DeliveredMark: frames.deliveredResult,
  ReceiptSettings: chat.receiptSettings,
  PresenceList: frames.presenceListResult,
  Media: media.media,
  MediaVariant: media.mediaVariant,
  Device: notification.device,
  DeviceList: notification.deviceList,
  Notification: notification.notification,
  NotificationList: notification.notificationList,
  Preferences: notification.preferences,
  DailyFigures: analytics.dailyFigures,
  Series: analytics.series,
};
