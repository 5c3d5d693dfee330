import { CliError } from '../cli-error.ts';
import { ApiError, TransportError, errorOf } from '@chatplatform/operator/runtime/errors';
import { RehearsalForbiddenError } from '@chatplatform/operator/rehearsal/rehearsal-client';

const NO_ANSWER: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  ETIMEDOUT: 'it does not answer in time',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ECONNRESET: 'the connection was cut',
};

/** What a Status says, without the request that led to it. */
const said = (error: ApiError) => error.message.slice(error.request.length + 2).replace(/^\d+ \w*: /, '');

function invalid(error: ApiError): CliError {
  const causes = (error.details.causes ?? []).map(
    ({ field, message }) => `  ${field ?? ''}: ${message ?? ''}`,
  );
  const list = causes.length === 0 ? said(error) : `the API server refuses it:\n${causes.join('\n')}`;
  return new CliError(list, {
    cause: error,
    remedy: 'kubectl explain chp.spec --recursive, or docs/RESOURCE.md, describes every field',
  });
}

function refused(error: ApiError, server: URL): CliError {
  if (error.status === 401) {
    return new CliError(`the cluster at ${server.host} does not know who you are`, {
      cause: error,
      remedy: 'log in again, or use another context (--context)',
    });
  }
  if (error.status === 403) {
    return new CliError(`you are not allowed to do that: ${said(error)}`, {
      cause: error,
      remedy: 'ask for the right named above, or use another context (--context)',
    });
  }
  if (error.status === 422) return invalid(error);
  return new CliError(`the API server refuses: ${said(error)}`, { cause: error });
}

/** Whatever a command was stopped by, in words for a person. Defects are passed on as they are. */
export function explain(error: unknown, server: URL): unknown {
  if (error instanceof RehearsalForbiddenError && error.cause instanceof ApiError) {
    return refused(error.cause, server);
  }
  if (error instanceof ApiError) return refused(error, server);
  if (!(error instanceof TransportError)) return error;
  const why = NO_ANSWER[error.code] ?? errorOf(error.cause).message;
  return new CliError(`the cluster at ${server.host} cannot be reached: ${why}`, {
    cause: error,
    remedy:
      'see whether it runs (kubectl cluster-info), or use another context (--context); the local one: ./chatplatform up',
  });
}
