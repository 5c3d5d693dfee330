import { z } from 'zod';
import { documented } from './documented.ts';

const condition = z.object({
  type: documented(z.string().max(316), {
    text: 'Ready, Available, Progressing, Degraded, Paused, UpgradeAvailable, or one of a component.',
  }),
  status: documented(z.enum(['True', 'False', 'Unknown']), { text: 'True, False or Unknown.' }),
  reason: documented(z.string().min(1).max(1024), { text: 'One word for a program.' }),
  message: documented(z.string().max(32768), { text: 'A sentence for a person.' }),
  lastTransitionTime: documented(z.string(), {
    text: 'When status last changed.',
    extensions: { format: 'date-time' },
  }),
  observedGeneration: documented(z.int(), {
    text: 'The generation of the spec this speaks of.',
    extensions: { format: 'int64' },
  }).optional(),
});

const component = z.object({
  name: documented(z.string(), { text: 'The component.' }),
  state: documented(z.enum(['Ready', 'Progressing', 'Waiting', 'Degraded', 'External', 'Disabled']), {
    text: 'Waiting: its turn in the rollout has not come. External: somebody else runs it.',
  }),
  ready: documented(z.string(), { text: 'Pods that serve, of those wanted.', example: '2/2' }).optional(),
  message: documented(z.string(), { text: 'What it waits for or suffers from.' }).optional(),
});

const release = z.object({
  version: documented(z.string(), { text: 'The version.' }),
  outcome: documented(z.enum(['Installed', 'Upgraded', 'RolledBack']), { text: 'What became of it.' }),
  at: documented(z.string(), { text: 'When.', extensions: { format: 'date-time' } }),
  message: documented(z.string(), { text: 'Why, when it was taken back.' }).optional(),
});

const version = documented(
  z.object({
    current: documented(z.string(), { text: 'The version that was last rolled out in full.' }).optional(),
    target: documented(z.string(), { text: 'The version that is wanted.' }).optional(),
    phase: documented(z.enum(['Installing', 'Steady', 'Held', 'Upgrading', 'RollingBack', 'RolledBack']), {
      text: 'What is being done. Held: an upgrade waits for the maintenance window. RolledBack: the target was taken back, and is not tried again until the spec changes.',
    }).optional(),
    rolledBack: documented(
      z.object({
        version: documented(z.string(), { text: 'The version.' }),
        generation: documented(z.int(), {
          text: 'The generation of the spec that asked for it.',
          extensions: { format: 'int64' },
        }),
        reason: documented(z.string(), { text: 'Why.' }),
      }),
      { text: 'The version that was taken back.' },
    ).optional(),
    history: documented(z.array(release), {
      text: 'The last ten versions, the newest last.',
      extensions: { 'x-kubernetes-list-type': 'atomic' },
    }).optional(),
  }),
  { text: 'Versions of the platform.' },
);

const gate = documented(
  z.object({
    name: documented(z.string(), { text: 'The step that has to be done first.', example: 'chat on 0.2.0' }),
    since: documented(z.string(), {
      text: 'Since when the rest waits for it.',
      extensions: { format: 'date-time' },
    }),
    waitsFor: documented(z.string(), { text: 'What is not there yet.', example: '1/2 Pods serve' }),
  }),
  { text: 'What a rollout waits for; absent when it waits for nothing.' },
);

const rotation = z.object({
  name: documented(z.string(), { text: 'What is rotated.', example: 'jwt' }),
  request: documented(z.string(), { text: 'The entry of the annotation that asked for it.' }),
  phase: documented(z.enum(['Publishing', 'Signing', 'Adding', 'Switching', 'Revoking', 'Done']), {
    text: 'Keys: Publishing: the new key is known beside the old one. Signing: it signs, and the old one is kept for tokens that are about. Logins of a store: Adding: the store is told of the new one. Switching: services are rolled to it. Revoking: the store is told to refuse the old one. Done: the old one is gone.',
  }),
  since: documented(z.string(), { text: 'Since when.', extensions: { format: 'date-time' } }),
});

export const statusSchema = documented(
  z.object({
    observedGeneration: documented(z.int(), {
      text: 'The generation of the spec this status speaks of.',
      extensions: { format: 'int64' },
    }).optional(),
    url: documented(z.string(), { text: 'Where people reach the platform.' }).optional(),
    version: version.optional(),
    gate: gate.optional(),
    rotations: documented(z.array(rotation), {
      text: 'Rotations of credentials, asked for by the annotation chatplatform.dev/rotate.',
      extensions: { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
    }).optional(),
    conditions: documented(z.array(condition), {
      text: 'Ready, Available, Progressing, Degraded, Paused, UpgradeAvailable and one for each component.',
      extensions: { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
    }).optional(),
    components: documented(z.array(component), {
      text: 'One line for each component.',
      extensions: { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
    }).optional(),
    effective: documented(z.record(z.string(), z.unknown()), {
      text: 'The spec with every default filled in, in the form of the spec.',
      extensions: { 'x-kubernetes-preserve-unknown-fields': true },
    }).optional(),
  }),
  { text: 'What the operator last saw.' },
);

export type ChatPlatformStatus = z.infer<typeof statusSchema>;
export type Release = z.infer<typeof release>;
export type VersionStatus = z.infer<typeof version>;
export type ComponentLine = z.infer<typeof component>;
export type ComponentState = ComponentLine['state'];
