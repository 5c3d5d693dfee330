/** How to reach an API server and who we are to it. */
export interface ClusterAccess {
  /** `https://host:port`; a path prefix is kept; `http:` only for a local proxy. */
  server: URL;
  /** PEM; the system's authorities when absent. */
  ca?: string;
  /** PEM client certificate and key. */
  clientCertificate?: { certificate: string; key: string };
  /** Name to verify the server's certificate against, when it is not the host's. */
  tlsServerName?: string;
  insecureSkipTlsVerify?: boolean;
  token?: TokenSource;
  /** Namespace of the context or of the Pod. @default 'default' */
  namespace: string;
}

export interface TokenSource {
  get(): Promise<string>;
  /** The server refused the token: the next `get` reads it afresh. */
  invalidate(): void;
}
