import { expect, test } from 'vitest';
import { SseParser } from '../src/lib/sse';

const WIRE =
  ': hello\n\nid: 7\nevent: incident\ndata: {"a":1}\n\nid: 8\n\nevent:centre\r\ndata: x\r\ndata:y\r\n\r\nretry: 10\n\nid: 9\rdata\r\r';

const MESSAGES = [
  { id: '7', event: 'incident', data: '{"a":1}' },
  { id: '8', event: 'message', data: '' },
  { id: '8', event: 'centre', data: 'x\ny' },
  { id: '9', event: 'message', data: '' },
];

test('messages are told apart, an id alone is one', () => {
  expect(new SseParser().feed(WIRE + ' ')).toEqual(MESSAGES);
});

test('messages do not depend on how the network cuts them', () => {
  for (let cut = 0; cut <= WIRE.length; cut++) {
    const parser = new SseParser();
    expect([...parser.feed(WIRE.slice(0, cut)), ...parser.feed(WIRE.slice(cut) + ' ')]).toEqual(MESSAGES);
  }
});

test('one letter at a time gives the same', () => {
  const parser = new SseParser();
  expect([...WIRE, ' '].flatMap((letter) => parser.feed(letter))).toEqual(MESSAGES);
});
