import { uuidv7 } from '@chatplatform/client';

export const newId = (): string => uuidv7(Date.now(), crypto.getRandomValues(new Uint8Array(16)));
