import { isNotFound } from '../errors.ts';
import type { KubeObject, NamespacedName, ResourceRef } from '../object.ts';
import type { HttpCall, HttpTransport } from '../transport/http-transport.ts';
import { collectionPath, objectPath, withQuery } from './paths.ts';
import type {
  ApiClient,
  CallOptions,
  DeleteOptions,
  JsonPatchOperation,
  ListOptions,
  ListPage,
  ServerSideApplyOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './types.ts';

const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

export interface ApiClientOptions {
  /** Called with the request before each attempt of each write; throws to forbid it. @default everything may be written */
  fence?: (request: string) => void;
  /** Ends writes that have no signal of their own. */
  writing?: AbortSignal;
}

interface ListAnswer {
  metadata: { resourceVersion?: string; continue?: string };
  items: KubeObject[] | null;
}

const locate = ({ metadata }: KubeObject): NamespacedName => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
});

const callOf = ({ signal, timeoutMs }: CallOptions): Pick<HttpCall, 'signal' | 'timeoutMs'> => ({
  signal,
  timeoutMs,
});

const writeOf = (options: WriteOptions) => ({
  ...callOf(options),
  ...(options.subresource !== undefined && { subresource: options.subresource }),
});

const dryRun = (options: WriteOptions): string | undefined => (options.dryRun ? 'All' : undefined);

export class KubernetesApiClient implements ApiClient {
  readonly #transport: HttpTransport;
  readonly #guard: Pick<HttpCall, 'guard'>;
  readonly #writing: AbortSignal | undefined;

  constructor(transport: HttpTransport, { fence, writing }: ApiClientOptions = {}) {
    this.#transport = transport;
    this.#writing = writing;
    const guard = (request: string) => {
      writing?.throwIfAborted();
      fence?.(request);
    };
    this.#guard = { guard };
  }

  get(resource: ResourceRef, at: NamespacedName, options: CallOptions = {}): Promise<KubeObject> {
    return this.#read('get', resource, { path: objectPath(resource, at), ...callOf(options) });
  }

  getMetadata(resource: ResourceRef, at: NamespacedName, options: CallOptions = {}): Promise<KubeObject> {
    return this.#read('get', resource, {
      path: objectPath(resource, at),
      accept: METADATA,
      ...callOf(options),
    });
  }

  async list(resource: ResourceRef, options: ListOptions = {}): Promise<ListPage> {
    const { namespace = '', labelSelector, fieldSelector, limit, metadataOnly } = options;
    const answer = await this.#read<ListAnswer>('list', resource, {
      path: withQuery(collectionPath(resource, namespace), {
        labelSelector,
        fieldSelector,
        limit,
        continue: options.continue,
      }),
      ...(metadataOnly && { accept: METADATA_LIST }),
      ...callOf(options),
    });
    // Items of a list carry no apiVersion and kind of their own; watched ones do. Here both look alike.
    const items = (answer.items ?? []).map((item) =>
      Object.assign(item, { apiVersion: resource.apiVersion, kind: resource.kind }),
    );
    const { resourceVersion = '', continue: next = '' } = answer.metadata;
    return { items, resourceVersion, continue: next };
  }

  async *watch(resource: ResourceRef, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const { namespace = '', labelSelector, fieldSelector, resourceVersion, timeoutSeconds } = options;
    const lines = this.#transport.lines({
      method: 'GET',
      verb: 'watch',
      resource: resource.plural,
      idempotent: true,
      path: withQuery(collectionPath(resource, namespace), {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion,
        timeoutSeconds,
        labelSelector,
        fieldSelector,
      }),
      ...(options.metadataOnly && { accept: METADATA }),
      signal: options.signal,
    });
    for await (const line of lines) {
      const event = JSON.parse(line) as WatchEvent;
      if (event.type !== 'ERROR') {
        Object.assign(event.object, { apiVersion: resource.apiVersion, kind: resource.kind });
      }
      yield event;
    }
  }

  create(resource: ResourceRef, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const path = collectionPath(resource, object.metadata.namespace ?? '');
    return this.#write('create', resource, {
      method: 'POST',
      path: withQuery(path, { dryRun: dryRun(options) }),
      body: object,
      idempotent: false,
      ...callOf(options),
    });
  }

  replace(resource: ResourceRef, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const path = objectPath(resource, locate(object), options.subresource);
    return this.#write('update', resource, {
      method: 'PUT',
      path: withQuery(path, { dryRun: dryRun(options) }),
      body: object,
      // Without a resourceVersion to compare, a second PUT could undo what someone else wrote in between.
      idempotent: object.metadata.resourceVersion !== undefined,
      ...writeOf(options),
    });
  }

  async apply(
    resource: ResourceRef,
    object: KubeObject,
    options: ServerSideApplyOptions,
  ): Promise<{ object: KubeObject; created: boolean }> {
    const { fieldManager, force, subresource } = options;
    const path = objectPath(resource, locate(object), subresource);
    const answer = await this.#transport.send({
      method: 'PATCH',
      verb: 'apply',
      resource: labelOf(resource, subresource),
      path: withQuery(path, { fieldManager, force, dryRun: dryRun(options) }),
      body: object,
      contentType: 'application/apply-patch+yaml',
      idempotent: true,
      ...this.#guard,
      ...callOf(options),
      signal: options.signal ?? this.#writing,
    });
    return { object: answer.body as KubeObject, created: answer.status === 201 };
  }

  jsonPatch(
    resource: ResourceRef,
    at: NamespacedName,
    operations: readonly JsonPatchOperation[],
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    return this.#write('patch', resource, {
      method: 'PATCH',
      path: withQuery(objectPath(resource, at, options.subresource), { dryRun: dryRun(options) }),
      body: operations,
      contentType: 'application/json-patch+json',
      // An `add` to a list is not idempotent; with a `test` of the resourceVersion a second one fails instead.
      idempotent: operations.some(({ op }) => op === 'test'),
      ...writeOf(options),
    });
  }

  mergePatch(
    resource: ResourceRef,
    at: NamespacedName,
    patch: Record<string, unknown>,
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    return this.#write('patch', resource, {
      method: 'PATCH',
      path: withQuery(objectPath(resource, at, options.subresource), { dryRun: dryRun(options) }),
      body: patch,
      contentType: 'application/merge-patch+json',
      idempotent: true,
      ...writeOf(options),
    });
  }

  async delete(resource: ResourceRef, at: NamespacedName, options: DeleteOptions = {}): Promise<void> {
    const { uid, propagation = 'Background' } = options;
    try {
      await this.#write('delete', resource, {
        method: 'DELETE',
        path: objectPath(resource, at),
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: propagation,
          ...(uid !== undefined && { preconditions: { uid } }),
        },
        // Without a uid a repeated delete could hit what was created anew in between.
        idempotent: uid !== undefined,
        ...callOf(options),
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async #read<T = KubeObject>(
    verb: string,
    resource: ResourceRef,
    call: Pick<HttpCall, 'path'> & Partial<HttpCall>,
  ): Promise<T> {
    const answer = await this.#transport.send({
      method: 'GET',
      verb,
      resource: resource.plural,
      idempotent: true,
      ...call,
    });
    return answer.body as T;
  }

  async #write(
    verb: string,
    resource: ResourceRef,
    {
      subresource,
      ...call
    }: Omit<HttpCall, 'verb' | 'resource' | 'guard'> & Pick<WriteOptions, 'subresource'>,
  ): Promise<KubeObject> {
    const answer = await this.#transport.send({
      verb,
      resource: labelOf(resource, subresource),
      ...this.#guard,
      ...call,
      signal: call.signal ?? this.#writing,
    });
    return answer.body as KubeObject;
  }
}

const labelOf = (resource: ResourceRef, subresource: string | undefined): string =>
  subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
