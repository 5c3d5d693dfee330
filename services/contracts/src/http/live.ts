import { z } from 'zod';

export const typingRequest = z.strictObject({ typing: z.boolean() });
