const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** Number of a Kubernetes quantity that has passed the schema: bytes of `256Mi`, cores of `500m`. */
export function quantityValue(quantity: string): number {
  const [, amount = '', unit = ''] = /^([0-9.]+)([a-zA-Z]*)$/.exec(quantity) ?? [];
  const factor = FACTORS[unit];
  if (amount === '' || factor === undefined) throw new RangeError(`not a quantity: ${quantity}`);
  return Number(amount) * factor;
}

/** Whole mebibytes of a share of a memory quantity. */
export const mebibytes = (quantity: string, share = 1): number =>
  Math.floor((quantityValue(quantity) * share) / 2 ** 20);
