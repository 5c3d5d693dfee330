import { runCommand } from './command.ts';
import { singleResult, type Suite } from './suite.ts';

/** A tool that prints nothing worth counting: exit code 0 is one passed test. */
export function toolSuite(name: string, command: string, args: string[]): Suite {
  return {
    name,
    async run(context) {
      const startedAt = Date.now();
      const { code, tail } = await runCommand(command, args, {
        cwd: context.root,
        env: context.env,
        logFile: `${context.artifacts}/logs/${name}.log`,
      });
      return singleResult(name, startedAt, code === 0 ? undefined : tail);
    },
  };
}
