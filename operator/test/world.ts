import { KINDS } from '../src/platform/kinds.ts';
import { isNotFound, type ApiClient, type KubeObject, type ResourceRef } from '../src/runtime/index.ts';

type Fields = Record<string, unknown>;

/** What the API server, and not the operator, decides: it differs between two objects that were asked for alike. */
const SERVER_METADATA = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'];
/** The digest covers the owner's uid. */
const ANNOTATIONS_OF_ONE_LIFE = ['deployment.kubernetes.io/revision', 'chatplatform.dev/applied-digest'];
const ALLOCATED_IN_SERVICE = ['clusterIP', 'clusterIPs', 'healthCheckNodePort'];

const without = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

const asWished = (object: KubeObject): Fields => {
  const { metadata, status: _, spec, ...rest } = object;
  const owners = metadata.ownerReferences?.map((reference) => without({ ...reference }, ['uid']));
  const annotations = without({ ...metadata.annotations }, ANNOTATIONS_OF_ONE_LIFE);
  return {
    ...rest,
    metadata: {
      ...without({ ...metadata }, SERVER_METADATA),
      annotations,
      ...(owners && { ownerReferences: owners }),
    },
    ...(spec !== undefined && { spec: object.kind === 'Service' ? serviceSpec(spec as Fields) : spec }),
  };
};

const serviceSpec = (spec: Fields): Fields => {
  const ports = (spec['ports'] as Fields[]).map((port) => without(port, ['nodePort']));
  return { ...without(spec, ALLOCATED_IN_SERVICE), ports };
};

/** A Job's template bears the uid of the Job, and its Pods' labels do. */
const jobSpec = (object: KubeObject): KubeObject =>
  JSON.parse(JSON.stringify(object).replaceAll(object.metadata.uid ?? ' ', '<uid>')) as KubeObject;

/** Every object of the platform as far as it was asked for, by `Kind name`: two worlds that are wished alike are equal. */
export async function worldOf(
  client: ApiClient,
  namespace: string,
  platform = 'demo',
): Promise<Record<string, Fields>> {
  const kinds = Object.values<ResourceRef>(KINDS).filter((kind) => kind !== KINDS.pod);
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      try {
        const labelSelector = `app.kubernetes.io/instance=${platform}`;
        return (await client.list(kind, { namespace, labelSelector })).items;
      } catch (error) {
        if (isNotFound(error)) return [];
        throw error;
      }
    }),
  );
  const objects = lists
    .flat()
    .map((object) => [`${object.kind} ${object.metadata.name}`, asWished(jobSpec(object))] as const);
  return withoutScaledSizes(Object.fromEntries(objects.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** How many Pods an autoscaler found is history, and nobody's wish. */
function withoutScaledSizes(world: Record<string, Fields>): Record<string, Fields> {
  for (const [name, { spec }] of Object.entries(world)) {
    const autoscaler = name.replace('Deployment ', 'HorizontalPodAutoscaler ');
    if (autoscaler !== name && autoscaler in world) delete (spec as Fields)['replicas'];
  }
  return world;
}
