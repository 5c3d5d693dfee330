import type { RequestHandler } from 'express';

/** Answers hold tokens or personal data: no cache on the way may keep them (RFC 6749, 5.1). */
export const noStore: RequestHandler = (_req, res, next) => {
  res.set('cache-control', 'no-store');
  next();
};
