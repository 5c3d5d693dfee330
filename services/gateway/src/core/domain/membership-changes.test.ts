import { describe, expect, it } from '@jest/globals';
import { MembershipChanges } from './membership-changes.ts';

describe('changes of membership while a list is read', () => {
  it('win over the list, the last one of each channel', () => {
    const changes = new MembershipChanges();
    changes.note('ada', 'before', true);
    const reading = changes.beginReading('ada');
    changes.note('ada', 'left', false);
    changes.note('ada', 'joined', true);
    changes.note('ada', 'back', false);
    changes.note('ada', 'back', true);
    changes.note('bob', 'kept', false);
    expect(reading.settle(['kept', 'left', 'back']).toSorted()).toEqual(['back', 'joined', 'kept']);
  });

  it('reach every reading under way, and none that ended', () => {
    const changes = new MembershipChanges();
    const [first, second] = [changes.beginReading('ada'), changes.beginReading('ada')];
    first.end();
    changes.note('ada', 'left', false);
    expect(first.settle(['left'])).toEqual(['left']);
    expect(second.settle(['left'])).toEqual([]);
  });
});
