import { formatDuration } from '../output/duration.ts';
import { renderColumns } from '../output/table.ts';
import type { Style, Tone } from '../output/style.ts';
import type { ComponentReport, ConditionReport, PlatformReport } from './report.ts';

export interface RenderOptions {
  readonly style: Style;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const MARKS: Readonly<Record<Tone, string>> = {
  good: '✓',
  busy: '…',
  bad: '✗',
  quiet: '·',
  strong: ' ',
  plain: ' ',
};

const mark = (style: Style, tone: Tone) => style(tone, MARKS[tone]);

const STATE_TONES: Readonly<Record<ComponentReport['state'], Tone>> = {
  Ready: 'good',
  External: 'good',
  Progressing: 'busy',
  Waiting: 'quiet',
  Degraded: 'bad',
  Disabled: 'quiet',
};

/** Of these, True is how it should be; of the others, that something goes on. */
const WANTED = new Set(['Ready', 'Available']);

function conditionTone({ type, status }: ConditionReport): Tone {
  if (WANTED.has(type)) return status === 'True' ? 'good' : 'bad';
  if (status !== 'True') return 'quiet';
  return type === 'Degraded' ? 'bad' : 'busy';
}

const age = (since: string | undefined, now: number) =>
  since === undefined ? '' : formatDuration(Math.max(0, now - Date.parse(since)));

interface Branch {
  readonly cells: readonly string[];
  /** Lines below it. */
  readonly notes: readonly string[];
}

/** Draws branches below a heading, their cells aligned. */
function tree(branches: readonly Branch[], style: Style): string[] {
  const texts = renderColumns(branches.map(({ cells }) => cells));
  return branches.flatMap(({ notes }, i) => {
    const last = i === branches.length - 1;
    const stem = style('quiet', last ? '└─' : '├─');
    const below = style('quiet', last ? '  ' : '│ ');
    return [`${stem} ${texts[i] ?? ''}`, ...notes.map((note) => `${below}   ${note}`)];
  });
}

function conditionBranch(condition: ConditionReport, { style, now }: RenderOptions): Branch {
  const { type, status, reason, message, since } = condition;
  const tone = conditionTone(condition);
  return {
    cells: [`${mark(style, tone)} ${type}`, status, reason, age(since, now), message],
    notes: [],
  };
}

function componentBranch(component: ComponentReport, { style, now }: RenderOptions): Branch {
  const { name, state, ready = '', reason = '', message = '', since, trouble } = component;
  const tone = STATE_TONES[state];
  const said = trouble.filter((text) => !message.includes(text));
  return {
    cells: [`${mark(style, tone)} ${name}`, style(tone, state), ready, reason, age(since, now), message],
    notes: said.map((text) => style('bad', text)),
  };
}

function versionText({ version: { current, target } }: PlatformReport): string {
  if (current === undefined) return target === undefined ? '' : `${target} (first rollout)`;
  return target === undefined || current === target ? current : `${current} → ${target}`;
}

/** One platform as a tree. */
export function renderStatus(report: PlatformReport, options: RenderOptions): string {
  const { style } = options;
  const ready = report.ready ? style('good', 'Ready') : style('bad', 'not Ready');
  const head = [
    style('strong', `${report.namespace}/${report.name}`),
    ready,
    versionText(report),
    report.url ?? '',
  ];
  const lines = [head.filter((part) => part !== '').join('  ')];
  if (report.conditions.length === 0) lines.push('no operator has looked at it yet: is one installed?');
  else if (report.stale) lines.push(style('busy', 'the operator has yet to look at the newest spec'));
  lines.push(
    ...tree(
      report.conditions.map((condition) => conditionBranch(condition, options)),
      style,
    ),
  );
  for (const { name, components } of report.stages) {
    lines.push(style('strong', name));
    lines.push(
      ...tree(
        components.map((component) => componentBranch(component, options)),
        style,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Many platforms, a line each. */
export function renderStatusTable(reports: readonly PlatformReport[], { style }: RenderOptions): string {
  const rows = reports.map((report) => [
    report.namespace,
    report.name,
    report.ready ? style('good', 'True') : style('bad', 'False'),
    versionText(report),
    report.url ?? '',
    report.ready ? '' : (report.conditions.find(({ type }) => type === 'Ready')?.message ?? ''),
  ]);
  const head = ['NAMESPACE', 'NAME', 'READY', 'VERSION', 'URL', 'MESSAGE'];
  return `${renderColumns([head, ...rows]).join('\n')}\n`;
}
