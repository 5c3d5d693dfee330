const factors: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const pattern = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

/** The number a resource quantity stands for; undefined when it is none. */
export const quantityValue = (quantity: unknown): number | undefined => {
  if (typeof quantity === 'number') return quantity;
  if (typeof quantity !== 'string') return undefined;
  const match = pattern.exec(quantity);
  if (!match) return undefined;
  const [, number, suffix = ''] = match;
  return Number(number) * (factors[suffix] ?? Number.NaN);
};

/** `0.5` and `500m` are the same quantity: the API server stores the second when given the first. */
export const sameQuantity = (a: unknown, b: unknown): boolean => {
  const [first, second] = [quantityValue(a), quantityValue(b)];
  if (first === undefined || second === undefined) return false;
  return Math.abs(first - second) <= Number.EPSILON * 4 * Math.max(Math.abs(first), Math.abs(second));
};
