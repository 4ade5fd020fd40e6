import { expect, test } from 'vitest';
import { pathOf, placeAt, ROUTES } from '../src/lib/routes';

test('every page has one address, which leads to it', () => {
  for (const { page, path } of ROUTES) {
    const id = path.includes(':id') ? 'a/b c' : null;
    expect(placeAt(pathOf(page, id))).toEqual({ page, id });
  }
});

test('an address that is none leads to the queue', () => {
  expect(placeAt('/nothing/here')).toEqual({ page: 'desk', id: null });
  expect(placeAt('/sites/%E0%A4%A/edit')).toEqual({ page: 'site-edit', id: '%E0%A4%A' });
});
