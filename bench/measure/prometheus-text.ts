const SERIES = /^(\w+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

export interface Series {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** @param text what `/metrics` answers */
export const seriesOf = (text: string): Series[] =>
  text.split('\n').flatMap((line) => {
    const [, metric, labels = '', value] = SERIES.exec(line) ?? [];
    if (metric === undefined) return [];
    const pairs = [...labels.matchAll(LABEL)].map(([, key = '', of = '']) => [key, of] as const);
    return [{ metric, labels: Object.fromEntries(pairs), value: Number(value) }];
  });

/**
 * The sum of a metric's series.
 * @param counts by its labels, whether a series is summed
 */
export const sumOfSeries = (
  text: string,
  metric: string,
  counts: (labels: Series['labels']) => boolean = () => true,
): number =>
  seriesOf(text)
    .filter((series) => series.metric === metric && counts(series.labels))
    .reduce((sum, { value }) => sum + value, 0);
