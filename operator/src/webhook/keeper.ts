import { secretValues } from '../platform/secrets/credentials.ts';
import { ROTATE_ANNOTATION } from '../platform/secrets/rotation.ts';
import { FencedError, isAlreadyExists, isConflict, isNotFound, sleep } from '../runtime/index.ts';
import type { ApiClient, Clock, KubeObject, Logger, ResourceRef } from '../runtime/index.ts';
import { KINDS } from '../platform/kinds.ts';
import { fingerprint, fromSecretData, isFit, toSecretData, withEarlier } from './certificate.ts';
import type { ServingCertificate } from './certificate.ts';

export const WEBHOOK_CONFIGURATIONS: ResourceRef = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  namespaced: false,
};

export interface KeeperOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Namespace and name of the Secret that holds the certificate: one for all replicas. */
  readonly secret: { readonly namespace: string; readonly name: string };
  /** The ValidatingWebhookConfiguration that is told whom to trust. */
  readonly configuration: string;
  /** Names and addresses the webhook is called by. */
  readonly names: readonly string[];
  /** Called when the API server trusts a certificate that is not served yet. */
  readonly onTrusted: (certificate: ServingCertificate) => Promise<void>;
}

const CHECK_MS = 600_000;
const RETRY_MS = 2_000;

interface Webhook {
  readonly clientConfig: { readonly caBundle?: string };
}

/** Somebody wants another certificate now. The Secret is stored without the wish once it is granted. */
const isToBeRotated = (secret: KubeObject | undefined) =>
  secret?.metadata.annotations?.[ROTATE_ANNOTATION] !== undefined;

const webhooksOf = (configuration: KubeObject) => (configuration['webhooks'] ?? []) as readonly Webhook[];

/**
 * Keeps the webhook's certificate: makes it, renews it, and tells the API server whom to trust. Every replica runs it;
 * the one that leads writes, the others serve with what it wrote.
 */
export class CertificateKeeper {
  readonly #options: KeeperOptions;
  #served = '';

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Until `signal` aborts. Nothing that goes wrong ends it: without a webhook the same checks run in reconcile. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    while (!signal.aborted) {
      const settled = await this.look().catch((err: unknown) => {
        logger.warn({ err }, 'the webhook certificate could not be looked after');
        return false;
      });
      await sleep(clock, settled ? CHECK_MS : RETRY_MS, signal);
    }
  }

  /** One look. Answers whether the API server trusts what is served, and no other certificate is due. */
  async look(): Promise<boolean> {
    const { held, isDue } = await this.#hold();
    if (held === undefined) return false;
    if (!(await this.#isTrusted(held))) return false;
    const id = fingerprint(held.certificate);
    if (id !== this.#served) {
      await this.#options.onTrusted(held);
      this.#served = id;
      this.#options.logger.info({ certificate: id }, 'the webhook serves');
    }
    return !isDue;
  }

  /** The certificate to serve with, undefined while there is none; and whether another one is due that only the leader can make. */
  async #hold(): Promise<{ held: ServingCertificate | undefined; isDue: boolean }> {
    const { client, clock, names, secret } = this.#options;
    const stored = await client.get(KINDS.secret, secret).catch(orMissing);
    const held = stored && fromSecretData(secretValues(stored));
    const isKept = held !== undefined && isFit(held, names, clock.now()) && !isToBeRotated(stored);
    if (isKept) return { held, isDue: false };
    const renewed = await this.#renew(held?.authorities ?? '');
    const isStored = await this.#asLeader(() => this.#store(renewed, stored));
    return { held: isStored ? renewed : held, isDue: !isStored };
  }

  async #renew(earlier: string): Promise<ServingCertificate> {
    const { clock, names } = this.#options;
    // Loaded when it is needed, four times a year: it takes memory.
    const { issueCertificate } = await import('./issue-certificate.ts');
    const { authority, ...issued } = await issueCertificate(names, clock.now());
    return { ...issued, authorities: withEarlier(authority, earlier, clock.now()) };
  }

  async #store(certificate: ServingCertificate, stored: KubeObject | undefined): Promise<void> {
    const { client, secret } = this.#options;
    const data = Object.entries(toSecretData(certificate)).map(([key, value]) => [
      key,
      Buffer.from(value).toString('base64'),
    ]);
    const manifest: KubeObject = {
      apiVersion: KINDS.secret.apiVersion,
      kind: KINDS.secret.kind,
      metadata: { ...secret, ...(stored && { resourceVersion: stored.metadata.resourceVersion ?? '' }) },
      type: 'kubernetes.io/tls',
      data: Object.fromEntries(data),
    };
    await (stored === undefined
      ? client.create(KINDS.secret, manifest)
      : client.replace(KINDS.secret, manifest));
  }

  /** Tells the API server whom to trust, if it does not know yet. Answers whether it knows now. */
  async #isTrusted({ authorities }: ServingCertificate): Promise<boolean> {
    const { client, configuration } = this.#options;
    const at = { namespace: '', name: configuration };
    const stored = await client.get(WEBHOOK_CONFIGURATIONS, at).catch(orMissing);
    if (stored === undefined) return false;
    const caBundle = Buffer.from(authorities).toString('base64');
    const untold = webhooksOf(stored).flatMap(({ clientConfig }, i) =>
      clientConfig.caBundle === caBundle ? [] : [i],
    );
    if (untold.length === 0) return true;
    return this.#asLeader(() =>
      client.jsonPatch(WEBHOOK_CONFIGURATIONS, at, [
        { op: 'test', path: '/metadata/resourceVersion', value: stored.metadata.resourceVersion },
        ...untold.map((i) => ({
          op: 'add' as const,
          path: `/webhooks/${i}/clientConfig/caBundle`,
          value: caBundle,
        })),
      ]),
    );
  }

  /** Whether the write was made. Not by a replica that does not lead, and not over what somebody else has just written. */
  async #asLeader(write: () => Promise<unknown>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      if (error instanceof FencedError || isConflict(error) || isAlreadyExists(error)) return false;
      throw error;
    }
  }
}

function orMissing(error: unknown): undefined {
  if (isNotFound(error)) return undefined;
  throw error;
}
