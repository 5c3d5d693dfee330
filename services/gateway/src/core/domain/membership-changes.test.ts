import { describe, expect, it } from '@jest/globals';
import { MembershipChanges } from './membership-changes.ts';

describe('changes of membership while a list is read', () => {
  it('win over the list, the last one of each channel', () => {
    const changes = new MembershipChanges();
    changes.note({ userId: 'ada', channelId: 'before', member: true });
    const reading = changes.beginReading('ada');
    changes.note({ userId: 'ada', channelId: 'left', member: false });
    changes.note({ userId: 'ada', channelId: 'joined', member: true });
    changes.note({ userId: 'ada', channelId: 'back', member: false });
    changes.note({ userId: 'ada', channelId: 'back', member: true });
    changes.note({ userId: 'bob', channelId: 'kept', member: false });
    expect(reading.settle(['kept', 'left', 'back']).toSorted()).toEqual(['back', 'joined', 'kept']);
  });

  it('reach every reading under way, and none that ended', () => {
    const changes = new MembershipChanges();
    const [first, second] = [changes.beginReading('ada'), changes.beginReading('ada')];
    first.end();
    changes.note({ userId: 'ada', channelId: 'left', member: false });
    expect(first.settle(['left'])).toEqual(['left']);
    expect(second.settle(['left'])).toEqual([]);
  });

  it('count in the order in which they were made, not in that in which they are told', () => {
    const changes = new MembershipChanges();
    const told = (member: boolean, revision?: number, channelId = 'room'): boolean =>
      changes.note({ userId: 'ada', channelId, member, revision });
    const reading = changes.beginReading('ada');
    expect([told(false, 4), told(true, 3), told(true, 1, 'elsewhere')]).toEqual([true, false, true]);
    expect(reading.settle(['room'])).toEqual(['elsewhere']);
    // Again is harmless; without a revision it holds as it is told.
    expect([told(false, 4), told(true), told(true, 3)]).toEqual([true, true, false]);
    expect(reading.settle([])).toEqual(['room', 'elsewhere']);
  });
});
