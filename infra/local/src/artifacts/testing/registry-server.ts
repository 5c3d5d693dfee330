import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const TOKEN = 'token-for-anybody';

/** A registry on the loopback address that speaks the pull side of the OCI distribution specification, login by token included. */
export interface RegistryServer {
  url: string;
  /** Paths that were asked for, in order. */
  requests: string[];
  /** What is answered by path below `/v2/`; tests may change it. */
  files: Map<string, { type: string; content: Buffer }>;
  /** Adds an image for two processors. @returns digests of its manifest, configuration and layers */
  publish(repository: string, tag: string, layers: readonly Buffer[]): PublishedDigests;
  close(): Promise<void>;
}

export interface PublishedDigests {
  manifest: string;
  config: string;
  layers: string[];
}

export async function startRegistryServer(): Promise<RegistryServer> {
  const files: RegistryServer['files'] = new Map();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer({ server, files }, request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const put = (repository: string, type: string, content: Buffer, names: readonly string[] = []): string => {
    const digest = digestOf(content);
    const kind = type.includes('manifest') || type.includes('index') ? 'manifests' : 'blobs';
    for (const name of [digest, ...names]) files.set(`${repository}/${kind}/${name}`, { type, content });
    return digest;
  };
  return {
    url: urlOf(server),
    requests,
    files,
    publish(repository, tag, contents) {
      const config = put(repository, 'application/octet-stream', Buffer.from(JSON.stringify({ repository })));
      const layers = contents.map((content) => put(repository, 'application/octet-stream', content));
      const describe = (mediaType: string, digest: string, size: number) => ({ mediaType, digest, size });
      const manifest = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          config: describe('application/vnd.oci.image.config.v1+json', config, 1),
          layers: layers.map((digest, index) =>
            describe('application/vnd.oci.image.layer.v1.tar+gzip', digest, contents[index]?.length ?? 0),
          ),
        }),
      );
      const digest = put(repository, 'application/vnd.oci.image.manifest.v1+json', manifest);
      const forProcessor = (architecture: string, chosen: string) => ({
        ...describe('application/vnd.oci.image.manifest.v1+json', chosen, manifest.length),
        platform: { os: 'linux', architecture },
      });
      const own = process.arch === 'arm64' ? 'arm64' : 'amd64';
      const index = { schemaVersion: 2, manifests: [forProcessor('riscv64', digestOf(config)), forProcessor(own, digest)] };
      put(repository, 'application/vnd.oci.image.index.v1+json', Buffer.from(JSON.stringify(index)), [tag]);
      return { manifest: digest, config, layers };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Registry {
  server: Server;
  files: RegistryServer['files'];
}

function answer({ server, files }: Registry, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  response.setHeader('docker-distribution-api-version', 'registry/2.0');
  if (path.startsWith('/token')) return void response.end(JSON.stringify({ token: TOKEN }));
  if (request.headers.authorization !== `Bearer ${TOKEN}`) {
    const challenge = `Bearer realm="${urlOf(server)}/token",service="registry.test"`;
    return void response.writeHead(401, { 'www-authenticate': challenge }).end();
  }
  const file = files.get(path.replace('/v2/', ''));
  if (file === undefined) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': file.type }).end(file.content);
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function digestOf(content: Buffer | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
