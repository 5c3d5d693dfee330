import { describe, expect, it } from '@jest/globals';
import { People } from './people.ts';

describe('the connections of a person', () => {
  it("are limited, and the limit is a person's own", () => {
    const people = new People(2);
    const ada = people.enter('ada');
    expect(people.enter('ada')).toBe(ada);
    expect(() => people.enter('ada')).toThrow(
      expect.objectContaining({ kind: 'rate-limited', code: 'connections.too-many', retryAfterSeconds: 30 }),
    );
    people.enter('bob');
    people.leave(ada);
    expect(people.enter('ada').connections).toBe(2);
  });

  it('leave nothing behind', () => {
    const people = new People(2);
    const entered = [people.enter('ada'), people.enter('ada'), people.enter('bob')];
    for (const person of entered) people.leave(person);
    expect(people.size).toBe(0);
    expect(people.enter('ada').framesFullAt).toBe(0);
  });
});
