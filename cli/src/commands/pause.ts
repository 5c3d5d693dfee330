import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import type { Command } from '../command-line/command.ts';
import { PLATFORM } from '../command-line/options.ts';
import type { Arguments } from '../command-line/parse.ts';
import { findPlatform } from '../cluster/platforms.ts';
import { EXIT } from '../exit-codes.ts';
import type { Session } from '../session.ts';

const isPaused = (platform: KubeObject) =>
  (platform['spec'] as { paused?: boolean } | undefined)?.paused === true;

/** Says whether there was anything to do: pausing twice is no error. */
function setPaused(session: Session, args: Arguments, paused: boolean): Promise<number> {
  return session.withCluster(args, async (cluster) => {
    const { signal } = session;
    const platform = await findPlatform(cluster, args.positional, signal);
    const { namespace = '', name } = platform.metadata;
    const word = paused ? 'paused' : 'resumed';
    if (isPaused(platform) === paused) {
      session.out.write(`${namespace}/${name} ${paused ? 'is paused already' : 'is not paused'}\n`);
      return EXIT.ok;
    }
    // Taken away, not set to false: what was never set must not be left behind for a GitOps tool to see.
    const patch = { spec: { paused: paused ? true : null } };
    await cluster.client.mergePatch(CHAT_PLATFORM, { namespace, name }, patch, { signal });
    session.out.write(`${namespace}/${name} ${word}\n`);
    return EXIT.ok;
  });
}

export const pause: Command = {
  name: 'pause',
  summary: 'Have the operator leave a platform as it is.',
  description:
    'Sets spec.paused: until it is resumed the operator changes nothing, whatever the spec says or people do by hand.\n' +
    'The platform goes on serving. A GitOps tool that owns spec.paused will set it back.',
  positional: PLATFORM,
  options: {},
  examples: [['kubectl chatplatform pause demo', 'Before working on it by hand']],
  run: (session, args) => setPaused(session, args, true),
};

export const resume: Command = {
  name: 'resume',
  summary: 'Have the operator look after a paused platform again.',
  description:
    'Removes spec.paused. `kubectl chatplatform plan` shows beforehand what the operator will do then.',
  positional: PLATFORM,
  options: {},
  examples: [['kubectl chatplatform resume demo', 'When the work by hand is done']],
  run: (session, args) => setPaused(session, args, false),
};
