import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { API_VERSION, chatPlatformSchema, KIND } from '@chatplatform/operator/api/index';
import { structuralSchema } from '@chatplatform/operator/api/crd';
import { specSchema } from '@chatplatform/operator/api/spec';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { CliError } from '../cli-error.ts';
import { unknownFields } from './unknown-fields.ts';

const documentSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string().min(1), namespace: z.string().optional() }),
});

const isList = ({ kind }: { kind: string }) => kind === 'List';

function documentsOf(text: string, source: string): unknown[] {
  const documents = parseAllDocuments(text);
  const values = 'empty' in documents ? [] : documents;
  for (const { errors } of values) {
    const [error] = errors;
    if (error !== undefined) throw new CliError(`${source} is no YAML: ${error.message}`);
  }
  return values.map((document) => document.toJS() as unknown).filter((value) => value !== null);
}

function refuseWrongSpec(object: KubeObject, source: string): void {
  if (object.apiVersion !== API_VERSION) {
    throw new CliError(`${source}: apiVersion ${object.apiVersion} is not known`, {
      remedy: `use ${API_VERSION}`,
    });
  }
  const spec = object['spec'] ?? {};
  const checked = chatPlatformSchema.shape.spec.safeParse(spec);
  const issues = [
    ...[...unknownFields(spec, structuralSchema(specSchema), 'spec')].map((path) => `${path}: no such field`),
    ...(checked.error?.issues ?? []).map(
      ({ path, message }) => `${['spec', ...path].map(String).join('.')}: ${message}`,
    ),
  ];
  if (issues.length === 0) return;
  const list = issues.map((issue) => `\n  ${issue}`).join('');
  throw new CliError(`${source}: the spec of ${object.metadata.name} is wrong:${list}`, {
    remedy: 'kubectl explain chp.spec --recursive, or docs/RESOURCE.md, describes every field',
  });
}

export interface Manifests {
  readonly platforms: readonly KubeObject[];
  /** What else the file holds: not part of a plan. */
  readonly others: readonly KubeObject[];
}

/** The platforms of a file of one or more YAML or JSON documents. @throws CliError naming what is wrong */
export function parseManifests(text: string, source: string): Manifests {
  const objects = documentsOf(text, source).flatMap((value): KubeObject[] => {
    const list = z.looseObject({ kind: z.string(), items: z.array(z.unknown()) }).safeParse(value);
    const members = list.success && isList(list.data) ? list.data.items : [value];
    return members.map((member) => {
      const document = documentSchema.safeParse(member);
      if (document.success) return document.data as unknown as KubeObject;
      throw new CliError(`${source}: no Kubernetes object: ${z.prettifyError(document.error)}`);
    });
  });
  const platforms = objects.filter(({ kind }) => kind === KIND);
  if (platforms.length === 0) {
    throw new CliError(`${source} has no ${KIND}`, {
      remedy: 'give a file with one, such as examples/standard.yaml',
    });
  }
  for (const platform of platforms) refuseWrongSpec(platform, source);
  return { platforms, others: objects.filter(({ kind }) => kind !== KIND) };
}
