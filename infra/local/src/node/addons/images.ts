/** Image references of what the node itself runs as Pods. */
export interface AddonImages {
  coredns: string;
  localPathProvisioner: string;
  /** Shell that makes and removes the folders of volumes. */
  busybox: string;
}
