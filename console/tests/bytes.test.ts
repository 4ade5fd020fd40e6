import { expect, test } from 'vitest';
import { bytesText } from '../src/lib/bytes';

test('a size has three digits at most, and the unit that fits', () => {
  const told = [0, 999, 1_000, 1_536, 250 * 1_024 ** 2, 12.34 * 1_024 ** 3].map((bytes) => bytesText(bytes, 'en'));
  expect(told).toEqual(['0 B', '999 B', '1 KiB', '1.5 KiB', '250 MiB', '12.3 GiB']);
});

test('the decimal sign is that of the language', () => {
  expect(bytesText(1_536, 'de')).toBe('1,5 KiB');
});

test('no size is too large to be said', () => {
  expect(bytesText(5_000 * 1_024 ** 5, 'en')).toBe('5,000 PiB');
});
