import { eventCatalogue } from '@chatplatform/contracts/events/catalogue';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { registerProfile } from '../core/commands/register-profile.ts';
import type { RegisterProfileDependencies } from '../core/commands/register-profile.ts';

/**
 * Turns `user.registered.v1` into a profile. Idempotent by construction: the account's id is the profile's.
 * @throws ZodError when the data is not what the type promises
 */
export const registrationConsumer =
  (dependencies: RegisterProfileDependencies) =>
  async (event: CloudEvent): Promise<void> => {
    const { registeredAt, ...data } = eventCatalogue['user.registered.v1'].parse(event.data);
    await registerProfile({ ...data, registeredAt: new Date(registeredAt) }, dependencies);
  };
