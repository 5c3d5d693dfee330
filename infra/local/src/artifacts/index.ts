/** Everything that is downloaded or built, kept in the cache folder: programs, packages and images. */
export { type ArtifactContext, createArtifactContext, defaultCacheDirectory } from './context.ts';
export { ensureHostPackages, type HostPackage } from './debian/host-packages.ts';
export { ensureMongoStandIn, type ProgramCommand } from './programs/mongodb-stand-in.ts';
