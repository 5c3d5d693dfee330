import { z } from 'zod';
import type { ResourceRef } from '../object.ts';
import type { HttpTransport } from '../transport/http-transport.ts';
import { rootPath } from './paths.ts';

const resourceListSchema = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

/**
 * Asks the API server for the plural and scope of a kind.
 * @throws ApiError 404 when the group and version are not served, RangeError when the kind is not in them
 */
export const discover = async (
  transport: HttpTransport,
  apiVersion: string,
  kind: string,
): Promise<ResourceRef> => {
  const answer = await transport.send({
    method: 'GET',
    path: rootPath(apiVersion),
    verb: 'get',
    resource: 'discovery',
    idempotent: true,
  });
  const { resources } = resourceListSchema.parse(answer.body);
  // Subresources (`deployments/scale`) are listed among the resources and may repeat a kind.
  const found = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
  if (!found) throw new RangeError(`${apiVersion} serves no kind ${kind}`);
  return { apiVersion, kind, plural: found.name, namespaced: found.namespaced };
};
