const SERIES = /^(\w+)\{(.*)\} (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/**
 * The sum of a metric's series.
 * @param text what `/metrics` answers
 * @param counts by its labels, whether a series is summed
 */
export function sumOfSeries(
  text: string,
  metric: string,
  counts: (labels: Readonly<Record<string, string>>) => boolean = () => true,
): number {
  let sum = 0;
  for (const line of text.split('\n')) {
    const [, name, labels = '', value = ''] = SERIES.exec(line) ?? [];
    if (name !== metric) continue;
    const pairs = [...labels.matchAll(LABEL)].map(([, key = '', of = '']) => [key, of] as const);
    if (counts(Object.fromEntries(pairs))) sum += Number(value);
  }
  return sum;
}
