import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { SERVICE_NAMES } from '../dev/service-settings.ts';

const compose = process.env['DOCKER_COMPOSE'];
const root = new URL('../../../..', import.meta.url).pathname;

interface ComposeService {
  build?: { context: string; dockerfile: string; args?: Record<string, string> };
  read_only?: boolean;
  cap_drop?: string[];
  depends_on?: Record<string, { condition: string }>;
}

(compose === undefined ? describe.skip : describe)('compose.yaml (needs DOCKER_COMPOSE)', () => {
  let services: Record<string, ComposeService>;

  beforeAll(() => {
    ({ services } = JSON.parse(
      execFileSync(compose ?? '', ['-f', `${root}compose.yaml`, 'config', '--format', 'json'], {
        encoding: 'utf8',
      }),
    ) as { services: Record<string, ComposeService> });
  });

  const service = (name: string): ComposeService => {
    const found = services[name];
    if (found === undefined) throw new Error(`there is no service ${name}`);
    return found;
  };

  test('runs the seven services, hardened, each built from its own workspace', () => {
    for (const name of SERVICE_NAMES) {
      const { build, read_only: readOnly, cap_drop: dropped } = service(name);
      expect(build?.args).toEqual({ WORKSPACE: `services/${name}` });
      expect({ readOnly, dropped }).toEqual({ readOnly: true, dropped: ['ALL'] });
    }
  });

  test('every recipe it builds from is there', () => {
    for (const { build } of Object.values(services))
      if (build !== undefined) expect(existsSync(`${build.context}/${build.dockerfile}`)).toBe(true);
  });

  test('nothing starts before its configuration is written', () => {
    for (const name of [...SERVICE_NAMES, 'rabbitmq', 'redis', 'sqlserver', 'mongodb', 'postgresql'])
      expect(service(name).depends_on).toMatchObject({
        config: { condition: 'service_completed_successfully' },
      });
  });
});
