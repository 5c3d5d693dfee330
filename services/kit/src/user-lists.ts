import { z } from 'zod';

/** The users of a store, as the operator hands them to who makes them: JSON, one or more. */
export const acceptedUsers = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.array(z.object({ user: z.string().min(1), password: z.string().min(1) })).min(1));

/** Every name that the platform has ever used for them, separated by spaces. */
export const knownUsers = z.string().transform((names) => names.split(' '));
