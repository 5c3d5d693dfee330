import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { asyncApiDocument } from './asyncapi.ts';
import { openApiDocument } from './openapi.ts';
import { apiReference } from './reference.ts';

const root = new URL('../../../../', import.meta.url);
const at = (path: string): string => fileURLToPath(new URL(path, root));

const version = (): string => {
  const manifest: { version: string } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  return manifest.version;
};

const formatted = async (path: string, text: string): Promise<{ path: string; text: string }> => {
  const options = await resolveConfig(path);
  return { path, text: await format(text, { ...options, filepath: path }) };
};

/** Every generated file as it has to be; in the repository's formatting, so that a formatter leaves it alone. */
export const generatedFiles = (): Promise<{ path: string; text: string }[]> =>
  Promise.all([
    formatted(at('services/contracts/openapi.json'), JSON.stringify(openApiDocument(version()))),
    formatted(at('services/contracts/asyncapi.json'), JSON.stringify(asyncApiDocument(version()))),
    formatted(at('docs/API_REFERENCE.md'), apiReference()),
  ]);
