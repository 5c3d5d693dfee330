import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { kwokConfiguration, NODE, NODE_OBJECTS } from './kwok.ts';

const stage = z.object({
  kind: z.literal('Stage'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    resourceRef: z.object({ kind: z.enum(['Pod', 'Node']) }),
    next: z.union([z.object({ statusTemplate: z.string() }), z.object({ delete: z.literal(true) })]),
  }),
});

describe('what KWOK is told', () => {
  it('is a configuration and stages that cover the life of a node and of Pods', () => {
    const [configuration, ...stages] = parseAllDocuments(kwokConfiguration()).map(
      (document) => document.toJSON() as unknown,
    );
    expect(configuration).toMatchObject({ kind: 'KwokConfiguration' });
    expect(stages.map((document) => stage.parse(document).metadata.name)).toEqual([
      'node-ready',
      'pod-ready',
      'job-pod-complete',
      'pod-gone',
    ]);
  });

  it('Pods are put on the one node that there is', () => {
    expect(NODE_OBJECTS.node.metadata.name).toBe(NODE);
    expect(NODE_OBJECTS.policy.spec.mutations[0].applyConfiguration.expression).toContain(`"${NODE}"`);
    expect(NODE_OBJECTS.binding.spec.policyName).toBe(NODE_OBJECTS.policy.metadata.name);
  });
});
