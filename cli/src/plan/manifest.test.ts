import { expect, test } from '@jest/globals';
import { parseManifests } from './manifest.ts';

const PLATFORM = 'apiVersion: chatplatform.dev/v1alpha1\nkind: ChatPlatform\nmetadata: {name: demo}\n';

test('finds the platforms of a file, and what else is in it', () => {
  const text = `${PLATFORM}spec: {profile: Standard}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: smtp}\n---\n`;
  const { platforms, others } = parseManifests(text, 'file.yaml');
  expect(platforms.map(({ metadata }) => metadata.name)).toEqual(['demo']);
  expect(others.map(({ kind }) => kind)).toEqual(['Secret']);
});

test.each([
  ['an unknown field', `${PLATFORM}spec: {profil: Standard}`, 'profil'],
  ['a wrong value', `${PLATFORM}spec: {services: {chat: {replicas: many}}}`, 'spec.services.chat.replicas'],
  ['another version', PLATFORM.replace('v1alpha1', 'v9'), 'use chatplatform.dev/v1alpha1'],
  ['no platform', 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}', 'has no ChatPlatform'],
  ['no name', 'apiVersion: v1\nkind: Secret\nmetadata: {}', 'metadata.name'],
  ['no YAML', 'a: [1', 'file.yaml is no YAML'],
])('refuses %s, and names it', (_, text, named) => {
  const attempt = () => parseManifests(text, 'file.yaml');
  expect(attempt).toThrow();
  try {
    attempt();
  } catch (error) {
    const { message, remedy } = error as { message: string; remedy?: string };
    expect(`${message} ${remedy ?? ''}`).toContain(named);
  }
});
