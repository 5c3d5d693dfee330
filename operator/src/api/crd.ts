import { z } from 'zod';
import { GROUP, KIND, PLURAL, VERSION } from './chat-platform.ts';
import { specSchema } from './spec.ts';
import { statusSchema } from './status.ts';

/** A node of an OpenAPI v3 schema as Kubernetes reads it. */
export interface JsonSchema {
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  required?: string[];
  enum?: unknown[];
  [keyword: string]: unknown;
}

/**
 * Makes what zod prints acceptable to the API server: a structural schema forbids `additionalProperties: false`
 * beside properties, wants int-or-string in one spelling, and zod gives each integer the bounds of a double.
 */
function toStructural({ jsonSchema }: { jsonSchema: unknown }): void {
  const node = jsonSchema as JsonSchema;
  if (node.additionalProperties === false) delete node.additionalProperties;
  if (node['minimum'] === Number.MIN_SAFE_INTEGER) delete node['minimum'];
  if (node['maximum'] === Number.MAX_SAFE_INTEGER) delete node['maximum'];
  if (node['x-kubernetes-int-or-string'] === true) {
    node['anyOf'] = [{ type: 'integer' }, { type: 'string' }];
  }
  if (node['x-kubernetes-preserve-unknown-fields'] === true) {
    delete node.additionalProperties;
    node.type = 'object';
  }
}

export function structuralSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    reused: 'inline',
    override: toStructural,
  }) as JsonSchema;
}

const printerColumns = [
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Version', type: 'string', jsonPath: '.status.version.current' },
  { name: 'URL', type: 'string', jsonPath: '.status.url' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  {
    name: 'Message',
    type: 'string',
    priority: 1,
    jsonPath: '.status.conditions[?(@.type=="Ready")].message',
  },
];

/** The CustomResourceDefinition of ChatPlatform. */
export function customResourceDefinition() {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${PLURAL}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind: KIND,
        listKind: `${KIND}List`,
        plural: PLURAL,
        singular: KIND.toLowerCase(),
        shortNames: ['chp'],
        categories: ['chat'],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: printerColumns,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description:
                'A self-hosted, real-time chat platform: seven services, a web client and their stores.',
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: {
                  type: 'object',
                  properties: { name: { type: 'string', maxLength: 32 } },
                },
                spec: structuralSchema(specSchema),
                status: structuralSchema(statusSchema),
              },
              'x-kubernetes-validations': [
                {
                  rule: 'self.metadata.name.matches(r"^[a-z]([-a-z0-9]*[a-z0-9])?$")',
                  message:
                    'metadata.name becomes part of Service names: at most 32 lower case letters, digits and "-", a letter first',
                },
              ],
            },
          },
        },
      ],
    },
  };
}
