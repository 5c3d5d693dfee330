import { isFields } from '@chatplatform/operator/runtime/apply/list-keys';
import { REDACTED } from '../redaction/names.ts';
import type { Style, Tone } from '../output/style.ts';
import type { FieldChange } from './diff.ts';
import type { Plan, PlannedChange, PlannedStep } from './plan.ts';

const SIGNS: Readonly<Record<PlannedChange['action'], readonly [sign: string, tone: Tone]>> = {
  create: ['+', 'good'],
  update: ['~', 'busy'],
  delete: ['-', 'bad'],
};

/** Longer values are shown by the lines that differ, or cut. */
const SHORT = 100;
const MOST_LINES = 12;

const inline = (value: unknown): string => {
  if (value === REDACTED) return REDACTED;
  const text = typeof value === 'string' && !isFields(value) ? value : JSON.stringify(value);
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
};

/** Lines of a long text that differ, without those it begins and ends with unchanged. */
function lineChanges(from: string, to: string): string[] {
  const [old, now] = [from.split('\n'), to.split('\n')];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < now.length - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  ) {
    tail += 1;
  }
  const removed = old.slice(head, old.length - tail).map((line) => `- ${inline(line)}`);
  const added = now.slice(head, now.length - tail).map((line) => `+ ${inline(line)}`);
  const lines = [...removed, ...added];
  const surplus = lines.length - MOST_LINES;
  return surplus > 0 ? [...lines.slice(0, MOST_LINES), `… and ${surplus} lines more`] : lines;
}

function renderField({ path, from, to }: FieldChange, style: Style): string[] {
  if (typeof from === 'string' && typeof to === 'string' && (from + to).includes('\n')) {
    return [`${path}:`, ...lineChanges(from, to).map((line) => `  ${line}`)];
  }
  if (from === REDACTED && to === REDACTED)
    return [`${path}: ${style('quiet', 'another value (not shown)')}`];
  if (from === undefined) return [`${path}: ${style('good', `+ ${inline(to)}`)}`];
  if (to === undefined) return [`${path}: ${style('bad', `- ${inline(from)}`)}`];
  return [`${path}: ${inline(from)} → ${inline(to)}`];
}

const pods = (count: number) => (count === 1 ? '1 Pod' : `${count} Pods`);

function consequence({ restart, scale, runs }: PlannedChange, style: Style): string {
  const parts = [
    restart && style('busy', `replaces ${pods(restart.pods)}: ${restart.reasons.join('; ')}`),
    scale && `scales from ${scale.from} to ${scale.to}`,
    runs && 'runs once',
  ];
  return parts.filter(Boolean).join('; ');
}

function renderChange(change: PlannedChange, style: Style): string[] {
  const [sign, tone] = SIGNS[change.action];
  const head = [`  ${style(tone, sign)} ${change.kind} ${change.name}`, consequence(change, style)];
  const fields = change.fields.flatMap((field) => renderField(field, style));
  return [head.filter((part) => part !== '').join('  '), ...fields.map((line) => `      ${line}`)];
}

function renderStep({ name, waits, changes }: PlannedStep, place: number, style: Style): string[] {
  const after = waits ? style('quiet', '  when all of the above serves') : '';
  return [
    '',
    `${style('strong', `${place}. ${name}`)}${after}`,
    ...changes.flatMap((change) => renderChange(change, style)),
  ];
}

function summary({ steps }: Plan): string {
  const changes = steps.flatMap((step) => step.changes);
  const count = (action: PlannedChange['action']) => changes.filter((c) => c.action === action).length;
  const restarts = changes.flatMap(({ name, restart }) => (restart === undefined ? [] : name));
  const counts = `${count('create')} to create, ${count('update')} to change, ${count('delete')} to delete`;
  return `${counts}; Pods replaced: ${restarts.length === 0 ? 'none' : restarts.join(', ')}`;
}

function versionText({ version: { from, to } }: Plan): string {
  return from === undefined || from === to ? `version ${to}` : `version ${from} → ${to}`;
}

function heading(plan: Plan, style: Style): string[] {
  const place = style('strong', `${plan.namespace}/${plan.name}`);
  const resource = plan.resource.flatMap((field) => renderField(field, style));
  return [
    `${place}  ${plan.exists ? versionText(plan) : `${versionText(plan)}, to be made`}`,
    ...resource.map((line) => `  ${style('busy', '~')} ${line}`),
  ];
}

/** One plan for a person to read before anything is applied. */
export function renderPlan(plan: Plan, style: Style): string {
  const lines = heading(plan, style);
  lines.push(...plan.warnings.map((text) => `${style('busy', 'note:')} ${text}`));
  if (plan.paused) {
    lines.push(`${style('busy', 'paused:')} the operator does nothing of this until the platform is resumed`);
  }
  plan.steps.forEach((step, i) => lines.push(...renderStep(step, i + 1, style)));
  if (plan.steps.length > 0) lines.push('', summary(plan));
  else lines.push(plan.changes ? 'the operator has nothing to do' : 'nothing would change');
  lines.push(...plan.problems.map((text) => `${style('bad', 'problem:')} ${text}`));
  return `${lines.join('\n')}\n`;
}
