import { createHash } from 'node:crypto';
import type { Layer } from './layer.ts';

/** How a container starts from an image when its Pod does not say otherwise. */
export interface ImageConfig {
  /** `uid` or `uid:gid`. Default: root. */
  user?: string;
  /** Lines `NAME=value`. */
  env?: readonly string[];
  entrypoint?: readonly string[];
  command?: readonly string[];
  workingDirectory?: string;
  /** What asks it to end. Default: SIGTERM. */
  stopSignal?: NodeJS.Signals;
}

/** A small file of an image, named by its content. */
export interface Blob {
  digest: string;
  mediaType: string;
  content: Buffer;
}

export interface Image {
  /** Full reference: `docker.io/chatplatform/auth:0.1.0`. */
  name: string;
  manifest: Blob;
  config: Blob;
  layers: readonly Layer[];
}

const MEDIA_TYPES = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

export type Architecture = 'amd64' | 'arm64';

/** Composes an image: the same layers and configuration give the same digest. */
export function composeImage(
  name: string,
  layers: readonly Layer[],
  config: ImageConfig,
  architecture: Architecture,
): Image {
  const configBlob = blob(MEDIA_TYPES.config, {
    architecture,
    os: 'linux',
    config: {
      ...(config.user === undefined ? {} : { User: config.user }),
      Env: config.env ?? [],
      ...(config.entrypoint === undefined ? {} : { Entrypoint: config.entrypoint }),
      ...(config.command === undefined ? {} : { Cmd: config.command }),
      ...(config.workingDirectory === undefined ? {} : { WorkingDir: config.workingDirectory }),
      ...(config.stopSignal === undefined ? {} : { StopSignal: config.stopSignal }),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(() => ({ created_by: 'chatplatform' })),
  });
  const manifest = blob(MEDIA_TYPES.manifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: descriptor(configBlob),
    layers: layers.map(({ digest, size }) => ({ mediaType: MEDIA_TYPES.layer, digest, size })),
  });
  return { name, manifest, config: configBlob, layers };
}

export function descriptor({ mediaType, digest, content }: Blob): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest, size: content.length };
}

function blob(mediaType: string, value: unknown): Blob {
  const content = Buffer.from(JSON.stringify(value));
  return { mediaType, content, digest: `sha256:${createHash('sha256').update(content).digest('hex')}` };
}
