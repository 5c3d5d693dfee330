import { z } from 'zod';
import { entityId } from '../../ids.ts';
import { media } from '../media.ts';
import type { Route } from './route.ts';

const signedAddressQuery = z.object({
  expires: z.coerce.number().int().positive().describe('seconds since 1970'),
  signature: z.string().min(1).max(128),
});

export const mediaRoutes: readonly Route[] = [
  {
    service: 'media',
    operationId: 'uploadPicture',
    method: 'post',
    path: '/api/v1/media',
    summary: 'Upload a picture',
    description:
      'The body is the file itself. Its type is sniffed, whatever the header says; it is decoded and encoded anew, and ' +
      'what it carried besides the picture is dropped.',
    access: 'user',
    body: { contentTypes: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] },
    responses: { 201: { description: 'The picture and its variants', schema: media } },
    problems: {
      400: ['media.empty', 'media.damaged'],
      413: ['media.too-large', 'media.too-many-pixels'],
      415: ['media.unsupported-type'],
      503: ['media.busy'],
    },
  },
  {
    service: 'media',
    operationId: 'getMedia',
    method: 'get',
    path: '/api/v1/media/{mediaId}',
    summary: 'A picture with fresh addresses of its variants',
    description:
      'For its owner, and for whom it was shown: what is attached to messages is given to those who are in a channel of ' +
      'one of them.',
    access: 'user',
    parameters: { mediaId: entityId },
    responses: { 200: { description: 'The picture and its variants', schema: media } },
    problems: { 404: ['media.not-found'], 503: ['media.access-unknown'] },
  },
  {
    service: 'media',
    operationId: 'downloadVariant',
    method: 'get',
    path: '/media/{mediaId}/{variant}',
    summary: 'The bytes of a variant',
    description: 'The address comes from `variants.*.url`; it is the permission, and it expires.',
    access: 'signed-address',
    parameters: { mediaId: entityId, variant: z.enum(['thumbnail', 'display']) },
    query: signedAddressQuery,
    responses: { 200: { description: 'The picture', contentType: 'image/webp' } },
    problems: { 403: ['media.link-invalid', 'media.link-expired'], 404: ['media.not-found'] },
  },
];
