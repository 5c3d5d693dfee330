import { describe } from '@jest/globals';

/** A suite against a real server whose URL is in the environment; without it the report names what is missing. */
export const describeWith = (key: string, title: string, suite: (url: string) => void): void => {
  const url = process.env[key];
  if (url === undefined || url === '')
    describe.skip(`${title} (skipped: ${key} is not set)`, () => suite(''));
  else describe(title, () => suite(url));
};
