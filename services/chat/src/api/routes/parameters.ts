import { entityId, seq } from '@chatplatform/contracts/ids';
import { parseWith } from '@chatplatform/kit/http';
import { z } from 'zod';

const placeInPath = z.coerce.number().pipe(seq);

export const idOf = (parameter: unknown): string => parseWith(entityId, parameter);
export const seqOf = (parameter: unknown): number => parseWith(placeInPath, parameter);
