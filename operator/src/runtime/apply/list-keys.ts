/**
 * Lists of the built-in kinds that server-side apply merges element by element, with what identifies an element.
 * A list that is not named here is taken as atomic. Should it not be, an element that someone else added makes
 * us send one apply too many; the other way round an edit would go unnoticed.
 */
const keysOfList = new Map<string, readonly (readonly string[])[]>(
  Object.entries({
    containers: [['name']],
    initContainers: [['name']],
    ephemeralContainers: [['name']],
    env: [['name']],
    volumes: [['name']],
    imagePullSecrets: [['name']],
    volumeMounts: [['mountPath']],
    volumeDevices: [['devicePath']],
    ports: [
      ['containerPort', 'protocol'],
      ['port', 'protocol'],
    ],
    hostAliases: [['ip']],
    topologySpreadConstraints: [['topologyKey', 'whenUnsatisfiable']],
    ownerReferences: [['uid']],
    conditions: [['type']],
    secrets: [['name']],
  }),
);

const defaults: Record<string, unknown> = { protocol: 'TCP' };

export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Answers what identifies an element of the list in `field`; undefined when the list is one atomic value. */
export const elementIdentity = (
  field: string,
  elements: readonly unknown[],
): ((element: Fields) => string) | undefined => {
  const keys = keysOfList
    .get(field)
    ?.find(([first = '']) => elements.every((element) => isFields(element) && first in element));
  return keys && ((element) => JSON.stringify(keys.map((key) => element[key] ?? defaults[key])));
};
