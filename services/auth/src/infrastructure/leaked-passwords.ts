import { dictionary } from '@zxcvbn-ts/language-common';

/**
 * Some 49,000 passwords that leaks hold most often, in lower case. Local on purpose: no part of a password leaves the
 * process. Fewer than 400 of them reach the minimum length, so the policy looks for them inside padding too.
 */
const leaked = new Set(dictionary['passwords-common']);

export const isLeakedPassword = (lowerCased: string): boolean => leaked.has(lowerCased);
