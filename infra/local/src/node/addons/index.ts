import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kubectl } from '../../cluster/kubectl.ts';
import { readKeyPair } from '../../cluster/pki/cluster-pki.ts';
import { findNameservers } from '../host/nameservers.ts';
import type { NodeLayout } from '../layout.ts';
import { settings } from '../settings.ts';
import { corednsObjects } from './coredns.ts';
import type { ImageResolver } from '../images.ts';
import { localStorageObjects } from './local-storage.ts';
import { metricsServerObjects } from './metrics-server.ts';

/** Puts DNS, dynamic volumes and metrics of Pods into the cluster. Their Pods come up by themselves. */
export async function applyAddons(kubectl: Kubectl, layout: NodeLayout, image: ImageResolver): Promise<void> {
  await kubectl.apply([
    ...corednsObjects({
      image: image('coredns'),
      clusterDomain: settings.clusterDomain,
      serviceAddress: settings.dnsServiceAddress,
      nameservers: await findNameservers(),
    }),
    ...localStorageObjects({
      provisionerImage: image('local-path-provisioner'),
      helperImage: image('busybox'),
      directory: layout.volumes,
    }),
    ...metricsServerObjects({
      image: image('metrics-server'),
      serving: await readKeyPair(layout.pki, 'metrics-server'),
      authority: await readFile(join(layout.pki, 'ca.crt'), 'utf8'),
    }),
  ]);
}
