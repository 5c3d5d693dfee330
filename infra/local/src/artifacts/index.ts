/** Everything that is downloaded or built, kept in the cache folder: programs, packages and images. */
export { type ArtifactContext, createArtifactContext, defaultCacheDirectory } from './context.ts';
export { ensureHostPackages, type HostPackage } from './debian/host-packages.ts';
export { installSystemPackages } from './debian/install.ts';
export {
  ensureImage,
  ensureImages,
  type ImageGroup,
  type ImageSources,
  type NodeImage,
  writeImageArchive,
} from './images/ensure-images.ts';
export { type ImageKey, imageNames } from './images/image-names.ts';
export { ensureDockerCompose } from './programs/docker-compose.ts';
export { ensureInfluxd } from './programs/influxdb.ts';
export { ensureJaeger } from './programs/jaeger.ts';
export { ensureKubernetes } from './programs/kubernetes.ts';
export { ensureKwok } from './programs/kwok.ts';
export { ensureMongoStandIn, type ProgramCommand } from './programs/mongodb-stand-in.ts';
export { ensureNpmProgram, type NpmProgram } from './programs/npm-programs.ts';
export { ensureStorePrograms, type StorePrograms } from './programs/store-programs.ts';
