import { v7 } from 'uuid';

/** A UUIDv7 in lower case: sorts by the time it was made. */
export const newId = (): string => v7();
