export const INTERNAL_TOKEN_KEY = Buffer.alloc(32, 7).toString('base64');

/** The environment variable that a media service wants and does not have here; undefined: it can be tested. */
export const missingStore = (): string | undefined =>
  ['MONGODB_URL', 'AMQP_URL', 'AZURE_BLOB_CONNECTION_STRING'].find((key) => !process.env[key]);

export interface Surroundings {
  /** Of its bucket and its database, so that no other test has them. */
  name: string;
  jwksUrl: string;
  chatUrl: string;
  userUrl: string;
}

/** Settings of a media service that runs in a test, on free ports and on the stores that the environment names. */
export const mediaSettings = ({ name, jwksUrl, chatUrl, userUrl }: Surroundings) => ({
  HTTP_PORT: '0',
  MANAGEMENT_PORT: '0',
  PUBLIC_URL: 'https://chat.example.org',
  JWKS_URL: jwksUrl,
  INTERNAL_TOKEN_KEY,
  CHAT_URL: chatUrl,
  USER_URL: userUrl,
  MONGODB_DATABASE: name.replaceAll('-', '_'),
  OBJECT_STORAGE_ENGINE: 'AzureBlob',
  OBJECT_STORAGE_BUCKET: name,
  MEDIA_URL_SIGNING_KEY: 'a-signing-key-of-thirty-two-bytes',
});
