import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import { ROTATABLE, ROTATE_ANNOTATION } from '@chatplatform/operator/platform/secrets/rotation';
import type { Rotatable } from '@chatplatform/operator/platform/secrets/rotation';
import { formatTime, isConflict } from '@chatplatform/operator/runtime/index';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { CliError, UsageError } from '../cli-error.ts';
import type { Command } from '../command-line/command.ts';
import type { Arguments } from '../command-line/parse.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { findOperators, operatorFor } from '../cluster/operators.ts';
import { findPlatform, statusOf } from '../cluster/platforms.ts';
import { EXIT } from '../exit-codes.ts';
import { parseDuration } from '../output/duration.ts';
import { outlook, requestOf, withRequest } from '../rotation/request.ts';
import { waitUntilDone } from '../rotation/wait.ts';
import type { Progress } from '../rotation/wait.ts';
import type { Session } from '../session.ts';

const CERTIFICATE = 'webhook-certificate';
const CREDENTIALS = [...ROTATABLE, CERTIFICATE] as const;

interface Call {
  readonly session: Session;
  readonly args: Arguments;
  readonly cluster: Cluster;
  /** How long to wait; undefined: not at all. */
  readonly waitMs: number | undefined;
}

const isSatisfied = (platform: KubeObject, name: Rotatable) => {
  const rotation = statusOf(platform).rotations?.find((one) => one.name === name);
  return { rotation, done: rotation?.phase === 'Done' && rotation.request === requestOf(platform, name) };
};

function progressOf(platform: KubeObject, name: Rotatable): Progress {
  const { rotation, done } = isSatisfied(platform, name);
  const trouble = statusOf(platform).conditions?.find(
    ({ type, status }) => type === 'StoreLoginsSet' && status !== 'True',
  )?.message;
  if (rotation === undefined || (rotation.phase === 'Done' && !done)) {
    return { done, text: `${name}: waits for the operator to begin` };
  }
  const text = `${name}: ${rotation.phase} since ${rotation.since}`;
  return { done, text: done || trouble === undefined ? text : `${text} (${trouble})` };
}

/** @throws CliError when the spec tells that nothing would come of it */
function refuseWhatIsVain({ session, waitMs }: Call, platform: KubeObject, name: Rotatable): void {
  const { refusal, paused } = outlook(platform, name, session.now());
  if (refusal !== undefined) {
    const [why = refusal, remedy] = refusal.split(': ');
    throw new CliError(why, { ...(remedy && { remedy }) });
  }
  if (!paused || waitMs === undefined) return;
  throw new CliError('the platform is paused, so there is nothing to wait for', {
    remedy: `kubectl chatplatform resume ${platform.metadata.name}`,
  });
}

/** What is to be known of a rotation that does not begin at once. */
function sayWhatHoldsItBack({ session }: Call, platform: KubeObject, name: Rotatable): void {
  const { delay } = outlook(platform, name, session.now());
  if (delay !== undefined) session.err.write(`${delay}\n`);
  const { rotation } = isSatisfied(platform, name);
  if (rotation === undefined || rotation.phase === 'Done') return;
  session.err.write(`one is under way (${rotation.request}): this one follows it\n`);
}

/** How often others may write between our read and our write. */
const ATTEMPTS = 10;

/** Asks with the version that was read: another's request must not be lost. Answers what was read. */
async function request(call: Call, name: Rotatable): Promise<KubeObject> {
  const { session, args, cluster } = call;
  const { signal } = session;
  for (let attempt = 1; ; attempt += 1) {
    const platform = await findPlatform(cluster, args.text('platform'), signal);
    refuseWhatIsVain(call, platform, name);
    const { namespace = '', name: platformName, resourceVersion, annotations } = platform.metadata;
    const annotation = withRequest(annotations?.[ROTATE_ANNOTATION], name, session.now());
    const patch = { metadata: { resourceVersion, annotations: { [ROTATE_ANNOTATION]: annotation } } };
    try {
      await cluster.client.mergePatch(CHAT_PLATFORM, { namespace, name: platformName }, patch, { signal });
      return platform;
    } catch (error) {
      // The operator writes its status there, many times while something is under way.
      if (attempt === ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}

async function rotateOfPlatform(call: Call, name: Rotatable): Promise<void> {
  const { session, cluster, waitMs } = call;
  const { signal } = session;
  const platform = await request(call, name);
  const at = { namespace: platform.metadata.namespace ?? '', name: platform.metadata.name };
  session.out.write(`${at.namespace}/${at.name} rotation of ${name} requested\n`);
  sayWhatHoldsItBack(call, platform, name);
  if (waitMs === undefined) return;
  await waitUntilDone(session, waitMs, async () =>
    progressOf(await cluster.client.get(CHAT_PLATFORM, at, { signal }), name),
  );
  session.out.write(`${at.namespace}/${at.name} ${name} rotated\n`);
}

/** The certificate is the operator's, not a platform's: its Secret bears the request, and loses it when it is granted. */
async function rotateCertificate({ session, cluster, waitMs }: Call): Promise<void> {
  const { signal } = session;
  const operators = await findOperators(cluster, signal);
  if (operators === undefined) {
    throw new CliError('you may not look for the operator', {
      remedy:
        'annotate the Secret <release>-webhook in the namespace of the operator: see docs/OPERATIONS.md',
    });
  }
  const operator = operatorFor(operators, cluster.namespace);
  if (operator?.webhook === undefined) {
    const what = operator === undefined ? 'no operator looks after' : 'no webhook is switched on for';
    throw new CliError(`${what} namespace ${cluster.namespace}`, {
      remedy: 'kubectl chatplatform version lists the operators; --namespace chooses what they look after',
    });
  }
  const at = { namespace: operator.namespace, name: operator.webhook };
  const patch = { metadata: { annotations: { [ROTATE_ANNOTATION]: formatTime(session.now()) } } };
  await cluster.client.mergePatch(KINDS.secret, at, patch, { signal });
  session.out.write(`${at.namespace}/${at.name} rotation of ${CERTIFICATE} requested\n`);
  if (waitMs === undefined) return;
  await waitUntilDone(session, waitMs, async () => {
    const { metadata } = await cluster.client.get(KINDS.secret, at, { signal });
    const done = metadata.annotations?.[ROTATE_ANNOTATION] === undefined;
    return { done, text: `${CERTIFICATE}: ${done ? 'renewed' : 'the operator looks every ten minutes'}` };
  });
  session.out.write(`${at.namespace}/${at.name} ${CERTIFICATE} rotated\n`);
}

function waitOf(args: Arguments): number | undefined {
  const timeout = args.text('timeout') ?? '';
  const ms = parseDuration(timeout);
  if (ms === undefined) throw new UsageError(`--timeout is a duration such as 30m, not "${timeout}"`);
  return args.flag('wait') ? ms : undefined;
}

export const rotate: Command = {
  name: 'rotate',
  summary: 'Replace a credential while people go on working.',
  description:
    'jwt: the keys that sign access tokens. internal-tokens: the key by which services know one another. media-links: the\n' +
    'key in the addresses of pictures. A store: the logins of the services and of its administrator, where it is the\n' +
    "platform's own. webhook-certificate: the operator's. Old and new are valid side by side until nothing uses the old\n" +
    'one any more; no store restarts. The operator does it; with --wait this shows how far it is. An interrupted\n' +
    'wait does not stop the rotation. Exit code: 0 requested (with --wait: done), 1 refused or not done in time.',
  positional: {
    name: 'CREDENTIAL',
    text: `One of ${CREDENTIALS.join(', ')}.`,
    required: true,
    choices: CREDENTIALS,
  },
  options: {
    platform: {
      type: 'string',
      value: 'PLATFORM',
      text: 'Name of the ChatPlatform; may be left out where the namespace has only one.',
    },
    wait: { type: 'boolean', short: 'w', text: 'Show the phases until the old credential is gone.' },
    timeout: { type: 'string', value: 'DURATION', text: 'How long to wait.', default: '30m' },
  },
  examples: [
    ['kubectl chatplatform rotate jwt', 'Signing keys of the only platform of the namespace'],
    ['kubectl chatplatform rotate rabbitmq --platform=demo -n chat --wait', 'Follow it to its end'],
    ['kubectl chatplatform rotate webhook-certificate', "The operator's own"],
  ],
  run: async (session, args) => {
    const waitMs = waitOf(args);
    await session.withCluster(args, async (cluster) => {
      const call: Call = { session, args, cluster, waitMs };
      const name = ROTATABLE.find((one) => one === args.positional);
      await (name === undefined ? rotateCertificate(call) : rotateOfPlatform(call, name));
    });
    return EXIT.ok;
  },
};
