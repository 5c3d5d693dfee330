import { OUTPUT_FORMATS } from '../output/print.ts';
import type { OptionSpecs, Positional } from './command.ts';

/** Every command takes these. */
export const GLOBAL_OPTIONS = {
  namespace: {
    type: 'string',
    short: 'n',
    value: 'NAMESPACE',
    text: "Namespace of the platform (default: the context's).",
  },
  context: { type: 'string', value: 'NAME', text: 'Context of the kubeconfig (default: the current one).' },
  kubeconfig: {
    type: 'string',
    value: 'FILE',
    text: 'Kubeconfig to use (default: $KUBECONFIG, then ~/.kube/config).',
  },
  help: { type: 'boolean', short: 'h', text: 'Show help.' },
} as const satisfies OptionSpecs;

export const OUTPUT_OPTION = {
  output: {
    type: 'string',
    short: 'o',
    value: 'FORMAT',
    text: 'How to print.',
    choices: OUTPUT_FORMATS,
    default: 'table',
  },
} as const satisfies OptionSpecs;

export const PLATFORM: Positional = {
  name: 'PLATFORM',
  text: 'Name of the ChatPlatform; may be left out where the namespace has only one.',
  required: false,
};
