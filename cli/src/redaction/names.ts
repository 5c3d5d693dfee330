/** Names of fields, variables and keys whose values nobody but their users should see. */
const SENSITIVE =
  /pass(?:word|wd|phrase|code)?$|passw|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|signing[-_.]?key|credential|authorization|bearer|cookie|connection[-_.]?string|^dsn$|_dsn$|^pgpass|^salt$/i;

/** Names that only look so: they refer to secrets, or speak about them. */
const HARMLESS =
  /(?:secret|token|credentials?|password)s?[-_.]?(?:ref|name|lifetime|policy|expiry|ttl|count|type|file|path|key)s?$|^secrets?$|pullsecrets?$|automount|secretkeyref|resourcetoken|^serviceaccounttoken$|fieldpath/i;

export const isSensitiveName = (name: string): boolean => SENSITIVE.test(name) && !HARMLESS.test(name);

export const REDACTED = '(redacted)';
