import { z } from 'zod';
import { entityId, timestamp } from '../ids.ts';

export const profile = z.object({
  id: entityId,
  username: z.string(),
  displayName: z.string(),
  bio: z.string(),
  avatarMediaId: entityId.nullable(),
  createdAt: timestamp,
});
export type Profile = z.infer<typeof profile>;

export const updateProfileRequest = z.strictObject({
  displayName: z.string().trim().min(1).max(64).optional(),
  bio: z.string().max(500).optional(),
  avatarMediaId: entityId.nullable().optional(),
});
export type UpdateProfileRequest = z.infer<typeof updateProfileRequest>;

/** GET /api/v1/users?query=...: prefix search over username and display name. */
export const searchUsersQuery = z.strictObject({
  query: z.string().trim().min(1).max(64),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});
export const profileList = z.object({ items: z.array(profile) });
export type ProfileList = z.infer<typeof profileList>;

export const friendRequest = z.object({
  id: entityId,
  requesterId: entityId,
  addresseeId: entityId,
  status: z.enum(['pending', 'accepted', 'declined']),
  createdAt: timestamp,
});
export type FriendRequest = z.infer<typeof friendRequest>;
export const createFriendRequest = z.strictObject({ userId: entityId });
export const friendRequestList = z.object({ items: z.array(friendRequest) });
export type FriendRequestList = z.infer<typeof friendRequestList>;
