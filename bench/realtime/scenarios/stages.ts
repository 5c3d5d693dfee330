import { startOtlpCollector } from '@chatplatform/kit/testing/otlp-collector';
import type { ReceivedSpan } from '@chatplatform/kit/testing/otlp-collector';
import { pinGroups } from '../../measure/processors.ts';
import { selfTimes, type TimedSpan } from '../../measure/self-times.ts';
import { summarise } from '../../measure/summary.ts';
import { figuresOf, inAllRuns, type Figure, type Section } from '../../report/figure.ts';
import type { Tracing } from '../platform/platform.ts';
import { loadNewRoom } from './room-load.ts';
import type { ScenarioContext } from './scenario.ts';

const SENDERS = 20;
/** Well below what any machine carries: at its limit every stage is waiting for a processor. */
const PER_SECOND = 100;
/** The traced processes are new: their code is compiled while it runs. */
const WARM_UP_MS = 8000;
/** Enough traces for a p99, few enough that telling of them is not what is measured. */
const TRACES_PER_SECOND = 50;
/** What a gateway calls the frame of a send. */
const FRAME = 'message:send';
/** A stage that takes less is none that anybody asks for. */
const LEAST_MS = 0.05;
const TOTAL = 'all';

/** A steady load on one channel by socket, traced: where the time from frame to acknowledgement goes. */
export async function measureStages(context: ScenarioContext): Promise<readonly Section[]> {
  const { options, report } = context;
  const collector = await startOtlpCollector();
  const samplingRatio = TRACES_PER_SECOND / PER_SECOND;
  try {
    const runs: Record<string, number>[] = [];
    for (let run = 0; run < options.runs; run += 1) {
      report(`run ${run + 1} of ${options.runs}`);
      await loadTraced(context, { endpoint: collector.url, samplingRatio });
      runs.push(figuresOfRun(collector.spans.splice(0)));
    }
    return [
      {
        title: `Where the time of a send goes: a steady ${PER_SECOND}/s of ${SENDERS} senders in one channel by socket`,
        figures: figuresOf(inAllRuns(runs), describeFigure),
        notes: ['a group of sends shares one write: it is seen in the trace of one, the others wait in chat'],
      },
    ];
  } finally {
    await collector.close();
  }
}

/** What is told of it has arrived when it resolves. */
async function loadTraced(context: ScenarioContext, tracing: Tracing): Promise<void> {
  const { options, platform, layout } = context;
  const door = await platform.startTraced(tracing);
  try {
    if (layout !== undefined) await pinGroups(door.pids, layout.servers);
    await loadNewRoom(context, {
      senders: SENDERS,
      load: { kind: 'steady', perSecond: PER_SECOND },
      gatewayUrls: [door.gatewayUrl],
      warmUpMs: WARM_UP_MS,
      durationMs: options.seconds * 1000,
      timeoutMs: options.seconds * 2000 + 120_000,
    });
  } finally {
    await door.stop();
  }
}

function figuresOfRun(spans: readonly ReceivedSpan[]): Record<string, number> {
  const traces = [...Map.groupBy(spans, ({ traceId }) => traceId).values()].flatMap((trace) => {
    const timed = trace.map(timedSpan);
    const first = timed.find(({ stage, parentSpanId }) => stage.endsWith(FRAME) && parentSpanId === '');
    return first === undefined ? [] : [{ times: selfTimes(timed, first), took: first.endMs - first.startMs }];
  });
  if (traces.length === 0) throw new Error('no send was traced');
  const stages = new Set(traces.flatMap(({ times }) => [...times.keys()]));
  const figures: Record<string, number> = { traces: traces.length };
  const add = (stage: string, samples: readonly number[]): void => {
    const { p50, p99 } = summarise(samples);
    if (p99 >= LEAST_MS) Object.assign(figures, { [`p50/${stage}`]: p50, [`p99/${stage}`]: p99 });
  };
  add(
    TOTAL,
    traces.map(({ took }) => took),
  );
  for (const stage of stages)
    add(
      stage,
      traces.map(({ times }) => times.get(stage) ?? 0),
    );
  return figures;
}

const timedSpan = ({ service, name, ...span }: ReceivedSpan): TimedSpan => ({
  ...span,
  stage: `${service}: ${name}`,
});

function describeFigure(key: string): Omit<Figure, 'values'> {
  const id = `stages/${PER_SECOND}/${key}`;
  if (key === 'traces') return { id, label: 'traces', unit: '' };
  const [percentile = '', ...stage] = key.split('/');
  return { id, label: `${stage.join('/')}, ${percentile}`, unit: 'ms' };
}
