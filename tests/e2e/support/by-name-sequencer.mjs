import Sequencer from '@jest/test-sequencer';

/** Files run in the order of their names: what takes the platform away has the last number. */
export default class ByName extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => a.path.localeCompare(b.path));
  }
}
