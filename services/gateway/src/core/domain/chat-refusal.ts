import type { Problem } from '@chatplatform/contracts/problem';

/** The chat service's answer was a problem: it is the client's to hear, as it is. */
export class ChatRefusal extends Error {
  override readonly name = 'ChatRefusal';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}
