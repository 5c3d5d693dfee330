import type { ReflectedCaches } from '@chatplatform/operator/runtime/cache/cache-set';
import type { KubernetesApiClient } from '@chatplatform/operator/runtime/client/api-client';
import type { KubeObject } from '@chatplatform/operator/runtime/object';
import { roleOf, WORKLOADS, type Model, type Tree } from './model.ts';
import type { Rewriting } from './rewriting.ts';

/** As somebody would have sent it who made it. */
function asSent({ metadata, status: _, ...rest }: KubeObject): KubeObject {
  const { name, namespace = '', labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  return { ...rest, metadata: { name, namespace, labels, annotations, ownerReferences } };
}

/** Writes for the workloads of a platform what Kubernetes' controllers and a node would, had everything gone as with the model. */
export async function serve(
  model: Model,
  {
    client,
    caches,
    rewriting,
  }: { client: KubernetesApiClient; caches: ReflectedCaches; rewriting: Rewriting },
): Promise<void> {
  const copies = WORKLOADS.flatMap((resource) => caches.of(resource).list());
  const pairs = copies.map((copy): [Tree, KubeObject] => {
    const tree = model.workloads.get(roleOf(copy));
    if (tree === undefined) throw new Error(`the model has no ${roleOf(copy)}`);
    return [tree, copy];
  });
  // First all of them: Pods may name other workloads than their own.
  for (const [{ object }, copy] of pairs) learnFrom(object, copy, rewriting);
  await Promise.all(
    pairs.map(async ([tree, copy]) => {
      for (const dependent of tree.dependents) await makeTree(dependent, { client, rewriting });
      const stored = await writeStatus(tree, copy, { client, rewriting });
      if (stored !== undefined) caches.of(copy).remember(stored);
    }),
  );
}

const learnFrom = (model: KubeObject, copy: KubeObject, rewriting: Rewriting): void => {
  const said = ({ metadata: { name, uid, annotations }, ...object }: KubeObject) => {
    const { template } = (object['spec'] ?? {}) as { template?: unknown };
    return { name, uid, annotations, template };
  };
  rewriting.learn(said(model), said(copy));
};

interface Writer {
  readonly client: KubernetesApiClient;
  readonly rewriting: Rewriting;
}

async function makeTree(tree: Tree, writer: Writer): Promise<void> {
  const { client, rewriting } = writer;
  const made = await client.create(tree.resource, rewriting.of(asSent(tree.object)));
  rewriting.add(tree.object.metadata.uid ?? '', made.metadata.uid ?? '');
  await writeStatus(tree, made, writer);
  for (const dependent of tree.dependents) await makeTree(dependent, writer);
}

/** @returns what is stored then; undefined when there is nothing to say */
async function writeStatus(
  { resource, object }: Tree,
  copy: KubeObject,
  { client, rewriting }: Writer,
): Promise<KubeObject | undefined> {
  const status = object['status'] as { observedGeneration?: number } | undefined;
  if (status === undefined) return undefined;
  const { generation } = copy.metadata;
  const observed = status.observedGeneration === undefined ? {} : { observedGeneration: generation };
  // What controllers note on a Deployment the API server takes here as well.
  const annotations = { ...rewriting.of(object.metadata.annotations ?? {}), ...copy.metadata.annotations };
  const said = { ...copy, metadata: { ...copy.metadata, annotations } };
  return client.replace(
    resource,
    { ...said, status: { ...rewriting.of(status), ...observed } },
    { subresource: 'status' },
  );
}
