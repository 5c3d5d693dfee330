import { createHash, X509Certificate } from 'node:crypto';

const DAY_MS = 86_400_000;

export const CERTIFICATE_DAYS = 90;
/** Renewed when a third of its life is left: a month to notice that it was not. */
const RENEW_BEFORE_DAYS = 30;

/** A certificate to serve with, and the authorities by which it is trusted, all PEM. */
export interface ServingCertificate {
  readonly certificate: string;
  /** PKCS #8. */
  readonly privateKey: string;
  /**
   * The authority that signed it first, then the one before: whoever still serves with the last certificate is trusted
   * until everybody has the new one.
   */
  readonly authorities: string;
}

export type SecretData = Readonly<Record<string, string>>;

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

export const toSecretData = ({ certificate, privateKey, authorities }: ServingCertificate): SecretData => ({
  'tls.crt': certificate,
  'tls.key': privateKey,
  'ca.crt': authorities,
});

export function fromSecretData(data: SecretData): ServingCertificate | undefined {
  const { 'tls.crt': certificate, 'tls.key': privateKey, 'ca.crt': authorities } = data;
  if (!certificate || !privateKey || !authorities) return undefined;
  return { certificate, privateKey, authorities };
}

/** Whether a certificate will do: for these names, and for long enough yet. One that cannot be read will not. */
export function isFit(held: ServingCertificate, names: readonly string[], now: number): boolean {
  try {
    const certificate = new X509Certificate(held.certificate);
    const lasts = Date.parse(certificate.validTo) - now > RENEW_BEFORE_DAYS * DAY_MS;
    return (
      lasts && names.every((name) => (certificate.checkHost(name) ?? certificate.checkIP(name)) !== undefined)
    );
  } catch {
    return false;
  }
}

/** Authorities of a renewed certificate: its own, and those before that are valid still. At most three. */
export function withEarlier(authority: string, earlier: string, now: number): string {
  const valid = (earlier.match(PEM_CERTIFICATE) ?? []).filter(
    (pem) => Date.parse(new X509Certificate(pem).validTo) > now,
  );
  return [authority, ...valid]
    .slice(0, 3)
    .map((pem) => `${pem.trim()}\n`)
    .join('');
}

/** Short and stable, for comparing and for logs. */
export const fingerprint = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
