/**
 * Keys of one purpose while they are rotated, separated by spaces: the first signs, all verify.
 * @returns one or more
 */
export const signingKeys = (keys: string): readonly [string, ...string[]] => {
  const [first = '', ...others] = keys.split(' ');
  return [first, ...others];
};
