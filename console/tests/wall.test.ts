import { expect, test } from 'vitest';
import { fitting } from '../src/lib/wall';

test('a wall shows whole rows alone, and keeps one line free to say how many more there are', () => {
  expect(fitting(1000, 100, 10)).toBe(10);
  expect(fitting(1000, 100, 11)).toBe(9);
  expect(fitting(40, 100, 5)).toBe(1);
  expect(fitting(0, 0, 7)).toBe(7);
});
