import { z } from 'zod';
import { specSchema } from './spec.ts';
import { statusSchema } from './status.ts';

export const GROUP = 'chatplatform.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;
export const KIND = 'ChatPlatform';
export const PLURAL = 'chatplatforms';

/** A ChatPlatform as the API server hands it out; metadata is reduced to what the operator reads. */
export const chatPlatformSchema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal(KIND),
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    generation: z.int(),
    resourceVersion: z.string().optional(),
    deletionTimestamp: z.string().optional(),
    finalizers: z.array(z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  /** Absent and empty mean the same: all defaults. */
  spec: specSchema.default({}),
  /** Only ever read as what was said before: one that another version wrote otherwise counts as unsaid. */
  status: statusSchema.optional().catch(undefined),
});

export type ChatPlatform = z.infer<typeof chatPlatformSchema>;
