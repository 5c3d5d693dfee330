/** An image as it is named in a manifest, taken apart. */
export interface ImageReference {
  /** Where it is kept: `docker.io`, `mcr.microsoft.com`. */
  registry: string;
  /** `library/rabbitmq`. */
  repository: string;
  tag: string;
}

/** Takes a full reference apart: `docker.io/library/rabbitmq:4.0`. @throws Error when a part is missing */
export function parseReference(reference: string): ImageReference {
  const [, registry, repository, tag] = /^([^/]+\.[^/]+)\/([a-z0-9/._-]+):([\w.-]+)$/.exec(reference) ?? [];
  if (registry === undefined || repository === undefined || tag === undefined) {
    throw new Error(`${reference} is not a reference of the form registry/repository:tag`);
  }
  return { registry, repository, tag };
}

/** Address of a registry's API: Docker Hub's differs from the name that its images carry. */
export function registryUrl(registry: string): string {
  return `https://${registry === 'docker.io' ? 'registry-1.docker.io' : registry}`;
}
