import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { effectiveSpec } from '../src/api/index.ts';
import type { ChatPlatformSpec } from '../src/api/index.ts';
import { publicUrl } from '../src/platform/exposure/url.ts';
import { allOn, imagesFor } from '../src/platform/images.ts';
import type { Platform } from '../src/platform/model.ts';
import { observedFrom } from '../src/platform/observed.ts';
import { missingReferences, referencesOf } from '../src/platform/references.ts';
import type { Reference, References } from '../src/platform/references.ts';
import { decideCredentials } from '../src/platform/secrets/credentials.ts';
import type { Entropy } from '../src/platform/secrets/credentials.ts';
import { specSchema } from '../src/api/spec.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');
const exampleSchema = z.object({ metadata: z.object({ name: z.string() }), spec: specSchema });

export const exampleNames = (): string[] => readdirSync(EXAMPLES).filter((file) => file.endsWith('.yaml'));

/** "Random" bytes that are the same in every run, and differ from one call to the next. */
export function predictableEntropy(): Entropy {
  let calls = 0;
  return {
    bytes: (length) => {
      calls += 1;
      return new Uint8Array(length).fill(calls);
    },
    signingKey: () => '-----BEGIN PRIVATE KEY-----\nnot a key\n-----END PRIVATE KEY-----\n',
  };
}

/** Every referenced Secret with every key it must have. */
function fulfilled(wanted: readonly Reference[]): References {
  const secrets = new Map<string, Record<string, string>>();
  for (const { secret, keys } of wanted) {
    const values = secrets.get(secret) ?? {};
    for (const [key = ''] of keys) values[key] = `${key}-of-${secret}`;
    secrets.set(secret, values);
  }
  return secrets;
}

/** A platform as `desired` gets it, with all that is random or awaited made up. */
export function platformOf(spec: ChatPlatformSpec, given: Partial<Platform> = {}): Platform {
  const name = given.name ?? 'demo';
  const effective = effectiveSpec(spec, '0.1.0');
  const wanted = referencesOf({ name, spec: effective });
  const references = given.references ?? fulfilled(wanted);
  const nodeAddress = '192.0.2.10';
  return {
    name,
    namespace: 'chatplatform',
    spec: effective,
    versions: allOn(effective.version),
    images: imagesFor(allOn(effective.version), {}),
    migration: {
      version: effective.version,
      phase: 'all',
      images: imagesFor(allOn(effective.version), {}),
    },
    volumes: new Map(),
    cluster: {
      dnsServer: '10.96.0.10',
      dnsDomain: 'cluster.local',
      serves: { podMonitor: false, prometheusRule: false },
      nodeAddress,
    },
    credentials: decideCredentials(undefined, predictableEntropy()).credentials,
    rotating: new Set(),
    references,
    missing: missingReferences(wanted, references),
    url: publicUrl({ name, spec: effective, nodeAddress }, observedFrom([])),
    ...given,
  };
}

const readExample = (file: string) => exampleSchema.parse(parse(readFileSync(join(EXAMPLES, file), 'utf8')));

export const exampleSpec = (file: string): ChatPlatformSpec => readExample(file).spec;

/** The platform of a file under examples/. */
export function examplePlatform(file: string): Platform {
  const { metadata, spec } = readExample(file);
  return platformOf(spec, { name: metadata.name });
}
