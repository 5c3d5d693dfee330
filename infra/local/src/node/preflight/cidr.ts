/** Whether an IPv4 address lies in a range written as `a.b.c.d/n`. */
export function cidrContains(cidr: string, address: string): boolean {
  const [base = '', length = '32'] = cidr.split('/');
  const hostBits = 32 - Number(length);
  return Math.floor(toNumber(base) / 2 ** hostBits) === Math.floor(toNumber(address) / 2 ** hostBits);
}

function toNumber(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}
