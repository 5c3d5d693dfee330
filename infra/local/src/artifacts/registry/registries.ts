import type { Progress } from '../../launcher/progress.ts';
import { officialImages } from './official-images.ts';
import { parseReference, registryUrl } from './reference.ts';
import { createRegistryClient, type RegistryClient } from './registry-client.ts';

/** The registries of the published images, as far as they answer from here. */
export interface Registries {
  /** Client of the registry that keeps an image; undefined where that does not answer. */
  clientFor(reference: string): Promise<RegistryClient | undefined>;
}

export const NO_REGISTRY: Registries = { clientFor: () => Promise.resolve(undefined) };

/**
 * Asks all registries side by side, at the first question and once a run: a dead one costs a few seconds, not a few
 * seconds an image. One line says which do not answer.
 *
 * @param setting `CHATPLATFORM_REGISTRY`: address of a mirror that stands for all registries; `none` for none;
 * default: the registries that the images name
 */
export function createRegistries(setting: string | undefined, progress: Progress): Registries {
  if (setting === 'none') return NO_REGISTRY;
  const mirror = setting === undefined || setting === '' ? undefined : setting.replace(/\/+$/, '');
  const urlOf = (registry: string) => mirror ?? registryUrl(registry);
  let answering: Promise<Map<string, RegistryClient>> | undefined;
  return {
    async clientFor(reference) {
      answering ??= findAnswering(urlOf, progress);
      return (await answering).get(parseReference(reference).registry);
    },
  };
}

async function findAnswering(
  urlOf: (registry: string) => string,
  progress: Progress,
): Promise<Map<string, RegistryClient>> {
  const registries = [...new Set(Object.values(officialImages).map((image) => parseReference(image).registry))];
  const clients = registries.map((registry) => ({ registry, client: createRegistryClient(urlOf(registry)) }));
  const answers = await Promise.all(clients.map(({ client }) => client.answers()));
  const silent = [...new Set(clients.flatMap(({ registry }, index) => (answers[index] ? [] : [urlOf(registry)])))];
  if (silent.length > 0) {
    progress.note(`  No image registry answers at ${silent.join(', ')}: those images are built here, out of packages.`);
  }
  return new Map(clients.filter((_, index) => answers[index]).map(({ registry, client }) => [registry, client]));
}
