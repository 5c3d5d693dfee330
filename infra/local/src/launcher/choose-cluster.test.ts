import { describe, expect, test } from '@jest/globals';
import { chooseCluster } from './choose-cluster.ts';
import type { ClusterFacts } from './choose-cluster.ts';

const bare: ClusterFacts = {
  context: undefined,
  contexts: ['staging', 'minikube'],
  dockerAnswers: false,
  hasKind: false,
  previous: undefined,
};
const choose = (facts: Partial<ClusterFacts>) => chooseCluster({ ...bare, ...facts });

describe('chooseCluster', () => {
  test.each<[string, Partial<ClusterFacts>, object]>([
    ['a bare machine', {}, { kind: 'embedded' }],
    ['Docker and kind', { dockerAnswers: true, hasKind: true }, { kind: 'kind' }],
    ['kind without Docker', { hasKind: true }, { kind: 'embedded' }],
    ['a context', { context: 'minikube' }, { kind: 'context', context: 'minikube' }],
    [
      'a context beside Docker',
      { context: 'minikube', dockerAnswers: true, hasKind: true },
      { kind: 'context', context: 'minikube' },
    ],
    ['again', { previous: { kind: 'context', context: 'staging' } }, { kind: 'context', context: 'staging' }],
    [
      'Docker came up meanwhile',
      { previous: { kind: 'embedded' }, dockerAnswers: true, hasKind: true },
      { kind: 'embedded' },
    ],
    [
      'the same context again',
      { context: 'staging', previous: { kind: 'context', context: 'staging' } },
      { kind: 'context', context: 'staging' },
    ],
  ])('%s', (_, facts, expected) => expect(choose(facts)).toEqual(expected));

  test.each<[string, Partial<ClusterFacts>, string]>([
    [
      'an unknown context',
      { context: 'stagin' },
      'there is no context "stagin" in your kubeconfig; it has staging, minikube',
    ],
    [
      'no kubeconfig',
      { context: 'a', contexts: [] },
      'there is no context "a" in your kubeconfig, which has none',
    ],
    ['Docker without kind', { dockerAnswers: true }, 'Docker answers, but kind'],
    [
      'another cluster is up',
      { context: 'staging', previous: { kind: 'embedded' } },
      'a platform is up on the embedded cluster already',
    ],
  ])('%s is refused', (_, facts, message) => expect(() => choose(facts)).toThrow(message));
});
