import type { Problem } from '@chatplatform/contracts/problem';

/** What a person should read of an error answer: the field messages first, else the detail. */
export function problemText(
  body: unknown,
  fallback = 'The server did not answer. Try again in a moment.',
): string {
  if (!isProblem(body)) return fallback;
  const fields = body.errors?.map((error) => `${error.field}: ${error.message}`).join('; ');
  return fields || body.detail || body.title;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'title' in body && 'status' in body;
}
