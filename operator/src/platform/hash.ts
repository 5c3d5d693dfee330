import { createHash } from 'node:crypto';
import { canonicalJson } from '../runtime/index.ts';

/** 16 hex digits that change when the value does, whatever the order of its keys. */
export const contentHash = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
