import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { customResourceDefinition, KIND } from '../src/api/index.ts';
import { clusterRules, leaderElectionRules } from '../src/rbac.ts';
import type { KubeObject } from '../src/runtime/index.ts';
import { CHART, withoutHelm } from './helm.ts';
import type { Helm } from './helm.ts';

/** Folder of the bundle, from the root. */
export const OLM_BUNDLE = 'deploy/olm';

const PACKAGE = 'chatplatform-operator';
const CHANNEL = 'alpha';
const NAMESPACE = 'chatplatform-system';
const AUTHORS = 'The ChatPlatform authors';

const chartSchema = z.object({
  version: z.string(),
  appVersion: z.string(),
  description: z.string(),
  kubeVersion: z.string().transform((range) => /\d+\.\d+\.\d+/.exec(range)?.[0] ?? ''),
  keywords: z.array(z.string()),
  home: z.string(),
  annotations: z.object({
    'artifacthub.io/operatorCapabilities': z.string(),
    'artifacthub.io/crds': z.string(),
    'artifacthub.io/crdsExamples': z.string(),
  }),
});
type Chart = z.infer<typeof chartSchema>;

const crdsSchema = z.array(z.object({ displayName: z.string(), description: z.string() })).length(1);

interface Deployment extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly { readonly env: readonly { readonly name: string }[] }[];
      };
    };
  };
}

/**
 * OLM writes the namespaces of its OperatorGroup into the Pod's annotations: none for all of them. More than one is no
 * install mode of ours.
 */
const WATCHED = {
  name: 'WATCH_NAMESPACE',
  valueFrom: { fieldRef: { fieldPath: "metadata.annotations['olm.targetNamespaces']" } },
};

function watchingAsTold({ spec }: Deployment): object {
  const { template } = spec;
  const containers = template.spec.containers.map((container) => ({
    ...container,
    env: container.env.map((variable) => (variable.name === WATCHED.name ? WATCHED : variable)),
  }));
  return { ...spec, template: { ...template, spec: { ...template.spec, containers } } };
}

interface Sources {
  readonly chart: Chart;
  readonly deployment: Deployment;
  /** SVG. */
  readonly icon: string;
}

function installation({ deployment }: Sources): object {
  const serviceAccountName = deployment.metadata.name;
  return {
    strategy: 'deployment',
    spec: {
      // In the namespaces that are watched; OLM widens them to the cluster where those are all.
      permissions: [{ serviceAccountName, rules: [...clusterRules.platforms, ...leaderElectionRules] }],
      clusterPermissions: [{ serviceAccountName, rules: clusterRules.nodes }],
      deployments: [
        {
          name: deployment.metadata.name,
          label: deployment.metadata.labels,
          spec: watchingAsTold(deployment),
        },
      ],
    },
  };
}

const INSTALL_MODES = [
  { type: 'OwnNamespace', supported: true },
  { type: 'SingleNamespace', supported: true },
  { type: 'MultiNamespace', supported: false },
  { type: 'AllNamespaces', supported: true },
];

function clusterServiceVersion(sources: Sources): KubeObject {
  const { chart, icon } = sources;
  const { annotations, appVersion, home } = chart;
  const crd = customResourceDefinition();
  const [{ displayName, description } = { displayName: KIND, description: '' }] = crdsSchema.parse(
    parse(annotations['artifacthub.io/crds']),
  );
  const image = `docker.io/chatplatform/operator:${appVersion}`;
  return {
    apiVersion: 'operators.coreos.com/v1alpha1',
    kind: 'ClusterServiceVersion',
    metadata: {
      name: `${PACKAGE}.v${chart.version}`,
      namespace: 'placeholder',
      annotations: {
        'alm-examples': JSON.stringify(parse(annotations['artifacthub.io/crdsExamples']), null, 2),
        capabilities: annotations['artifacthub.io/operatorCapabilities'],
        categories: 'Streaming & Messaging',
        containerImage: image,
        description: chart.description,
        'operatorframework.io/suggested-namespace': NAMESPACE,
        support: AUTHORS,
      },
    },
    spec: {
      displayName: KIND,
      description: `${chart.description}. A three-line resource gives seven services, a web client, their broker and databases; the operator rolls them out in order, upgrades them one at a time and takes back what does not come to serve.\n\nOLM brings no webhook for this operator: what the schema cannot say is said in a platform's conditions.`,
      version: chart.version,
      maturity: CHANNEL,
      minKubeVersion: chart.kubeVersion,
      keywords: chart.keywords,
      provider: { name: AUTHORS, url: home },
      links: [{ name: 'Documentation', url: home }],
      icon: [{ base64data: Buffer.from(icon).toString('base64'), mediatype: 'image/svg+xml' }],
      installModes: INSTALL_MODES,
      install: installation(sources),
      customresourcedefinitions: {
        owned: crd.spec.versions.map(({ name: version }) => ({
          name: crd.metadata.name,
          version,
          kind: crd.spec.names.kind,
          displayName,
          description,
        })),
      },
      relatedImages: [{ name: 'operator', image }],
    },
  };
}

const LABELS = {
  'operators.operatorframework.io.bundle.mediatype.v1': 'registry+v1',
  'operators.operatorframework.io.bundle.manifests.v1': 'manifests/',
  'operators.operatorframework.io.bundle.metadata.v1': 'metadata/',
  'operators.operatorframework.io.bundle.package.v1': PACKAGE,
  'operators.operatorframework.io.bundle.channels.v1': CHANNEL,
  'operators.operatorframework.io.bundle.channel.default.v1': CHANNEL,
};

const dockerfile = () =>
  [
    'FROM scratch',
    ...Object.entries(LABELS).map(([name, value]) => `LABEL ${name}=${value}`),
    'COPY manifests /manifests/',
    'COPY metadata /metadata/',
    '',
  ].join('\n');

const GENERATED = '# Generated by `npm run generate -w operator` out of the chart; do not edit.\n';
const yaml = (value: unknown) =>
  `${GENERATED}${stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })}`;

/** OLM makes the ServiceAccount, the roles and the Deployment itself; these it takes as they are. */
const TAKEN_ALONG = new Set(['ConfigMap', 'Service']);

/**
 * The operator for the Operator Lifecycle Manager, in the format `registry+v1`: contents by path inside the bundle.
 * Made from the chart as it comes, but without a webhook: its configuration is no kind that a bundle may hold, and OLM's
 * own would want to be the one that makes the certificate.
 */
export async function olmBundle(helm: Helm): Promise<Readonly<Record<string, string>>> {
  const chart = chartSchema.parse(parse(await readFile(join(CHART, 'Chart.yaml'), 'utf8')));
  const rendered = (await helm.render(NAMESPACE, '--set=webhook.enabled=false')).map(withoutHelm);
  const deployment = rendered.find(({ kind }) => kind === 'Deployment') as Deployment | undefined;
  if (deployment === undefined) throw new Error('the chart has no Deployment');
  const icon = await readFile(join(CHART, '../../web/public/favicon.svg'), 'utf8');
  const crd = customResourceDefinition();
  const along = rendered
    .filter(({ kind }) => TAKEN_ALONG.has(kind))
    .map(({ apiVersion, kind, metadata: { namespace: _, ...metadata }, ...rest }) => ({
      apiVersion,
      kind,
      metadata,
      ...rest,
    }));
  return {
    [`manifests/${PACKAGE}.clusterserviceversion.yaml`]: yaml(
      clusterServiceVersion({ chart, deployment, icon }),
    ),
    [`manifests/${crd.metadata.name}.crd.yaml`]: yaml(crd),
    ...Object.fromEntries(
      along.map((object) => [
        `manifests/${object.metadata.name}.${object.kind.toLowerCase()}.yaml`,
        yaml(object),
      ]),
    ),
    'metadata/annotations.yaml': yaml({ annotations: LABELS }),
    'bundle.Dockerfile': `${GENERATED}${dockerfile()}`,
  };
}
