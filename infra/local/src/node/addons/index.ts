import type { Kubectl } from '../../cluster/kubectl.ts';
import { findNameservers } from '../host/nameservers.ts';
import type { NodeLayout } from '../layout.ts';
import { settings } from '../settings.ts';
import { corednsObjects } from './coredns.ts';
import type { AddonImages } from './images.ts';
import { localStorageObjects } from './local-storage.ts';

/** Puts DNS and dynamic volumes into the cluster. Their Pods come up by themselves. */
export async function applyAddons(kubectl: Kubectl, layout: NodeLayout, images: AddonImages): Promise<void> {
  await kubectl.apply([
    ...corednsObjects({
      image: images.coredns,
      clusterDomain: settings.clusterDomain,
      serviceAddress: settings.dnsServiceAddress,
      nameservers: await findNameservers(),
    }),
    ...localStorageObjects({
      provisionerImage: images.localPathProvisioner,
      helperImage: images.busybox,
      directory: layout.volumes,
    }),
  ]);
}
