import { styleText } from 'node:util';

/** Says how a step is going: shown at once on a terminal, at the next tick elsewhere. */
export type Report = (detail: string) => void;

export interface StepOptions {
  /** Log file of the step, shown while it runs. */
  log?: string;
}

export interface Progress {
  /**
   * Runs `work` as a named step and says when it starts, how long it takes, and how it ends. While any step runs, a line
   * appears at least every eight seconds. Steps may run side by side.
   */
  step<T>(title: string, work: (report: Report) => Promise<T>, options?: StepOptions): Promise<T>;
  /** Prints one line. */
  note(line: string): void;
}

export interface ProgressOutput {
  isTTY: boolean;
  columns: number;
  write(text: string): void;
}

interface ActiveStep {
  title: string;
  log: string | undefined;
  startedAt: number;
  detail: string;
}

/** A line that says nothing new appears after so long a silence. */
const QUIET_MS = 8000;
const TICK_MS = 1000;
/** Longer details are cut, so that time and log stay in sight. */
const DETAIL_COLUMNS = 100;

/** Progress on a terminal (one line that is rewritten) or as plain lines (pipes, CI). */
export function createProgress(output: ProgressOutput, now: () => number): Progress {
  const active = new Set<ActiveStep>();
  let lastLineAt = now();
  let statusShown = false;
  let timer: NodeJS.Timeout | undefined;

  const clearStatus = () => {
    if (statusShown) output.write('\r\x1b[2K');
    statusShown = false;
  };
  const line = (text: string) => {
    clearStatus();
    output.write(`${text}\n`);
    lastLineAt = now();
  };
  const showStatus = () => {
    clearStatus();
    output.write(fit(describeAll([...active], now()), output.columns));
    statusShown = true;
  };
  const tick = () => {
    if (output.isTTY) showStatus();
    else if (now() - lastLineAt >= QUIET_MS) for (const step of active) line(describe(step, now()));
  };
  const begin = (step: ActiveStep) => {
    active.add(step);
    if (!output.isTTY) line(`… ${step.title}${step.log === undefined ? '' : ` (log: ${step.log})`}`);
    timer ??= setInterval(tick, TICK_MS);
  };
  const end = (step: ActiveStep, mark: string) => {
    active.delete(step);
    if (active.size === 0) timer = void clearInterval(timer);
    line(`${mark} ${step.title} ${dim(output, `(${formatDuration(now() - step.startedAt)})`)}`);
  };

  return {
    async step(title, work, options = {}) {
      const step = { title, log: options.log, startedAt: now(), detail: '' };
      begin(step);
      try {
        const result = await work((detail) => (step.detail = detail));
        end(step, '✓');
        return result;
      } catch (error) {
        end(step, '✗');
        throw error;
      }
    },
    note: line,
  };
}

/** Progress on one of the process's own streams. */
export function createConsoleProgress(stream: NodeJS.WriteStream): Progress {
  const output = {
    isTTY: stream.isTTY === true,
    columns: stream.columns ?? 110,
    write: (text: string) => void stream.write(text),
  };
  return createProgress(output, Date.now);
}

/** `4.2s`, `1m 05s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, '0')}s`;
}

function describe(step: ActiveStep, now: number): string {
  const detail = step.detail === '' ? '' : `: ${fit(step.detail, DETAIL_COLUMNS)}`;
  const log = step.log === undefined ? '' : ` (log: ${step.log})`;
  return `… ${step.title} ${formatDuration(now - step.startedAt)}${detail}${log}`;
}

function describeAll(steps: readonly ActiveStep[], now: number): string {
  return steps.map((step) => describe(step, now)).join('  ');
}

function fit(text: string, columns: number): string {
  const width = Math.max(columns - 1, 20);
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function dim(output: ProgressOutput, text: string): string {
  return output.isTTY ? styleText('dim', text, { validateStream: false }) : text;
}
