import { describe, jest } from '@jest/globals';

/** A suite against a real server whose URL is in the environment; without it the report names what is missing. */
export const describeWith = (key: string, title: string, suite: (url: string) => void): void => {
  // Real servers take real time, above all while others use the machine.
  jest.setTimeout(60_000);
  const url = process.env[key];
  if (url === undefined || url === '') describe.skip(`${title} (needs ${key})`, () => suite(''));
  else describe(title, () => suite(url));
};
