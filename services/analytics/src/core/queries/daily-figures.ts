import { invalid } from '@chatplatform/kit/errors';
import type { DailyFigure, DailyFigures } from '../ports/daily-figures.ts';

export const MAX_DAYS = 366;

/** @throws DomainError `invalid` (`analytics.range`) */
export async function dailyFiguresBetween(
  figures: DailyFigures,
  { from, to }: { from: string; to: string },
): Promise<DailyFigure[]> {
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  if (days < 1) throw outOfRange('to', 'must not be before `from`');
  if (days > MAX_DAYS) throw outOfRange('from', `ask for ${MAX_DAYS} days at most`);
  return figures.between(from, to);
}

function outOfRange(field: string, message: string): Error {
  return invalid('analytics.range', 'The range of days is not valid.', [{ field, message }]);
}
