import type { Command } from '../command-line/command.ts';
import { COMPLETION_SCRIPTS, SHELLS } from '../completion/scripts.ts';
import type { Shell } from '../completion/scripts.ts';
import { EXIT } from '../exit-codes.ts';

export const completion: Command = {
  name: 'completion',
  summary: 'Print a script that completes commands, options and names of platforms.',
  description:
    'For kubectl-chatplatform as a program of its own. As a plugin (kubectl chatplatform ...) it completes by itself\n' +
    'wherever kubectl completes, by kubectl_complete-chatplatform beside it on the PATH.',
  positional: { name: 'SHELL', text: 'One of bash, zsh, fish.', required: true, choices: SHELLS },
  options: {},
  examples: [
    ['source <(kubectl-chatplatform completion bash)', 'bash'],
    ['source <(kubectl-chatplatform completion zsh)', 'zsh'],
    ['kubectl-chatplatform completion fish | source', 'fish'],
  ],
  run: async (session, args) => {
    session.out.write(COMPLETION_SCRIPTS[args.positional as Shell]);
    return EXIT.ok;
  },
};
