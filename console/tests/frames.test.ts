import { expect, test } from 'vitest';
import { framesOf } from '../src/lib/frames';

const TEXT = '5B8D0010"NULL"0000L0#1234[]';
const HEX = '0A354238443030313022 4E554C4C22 303030304C30233132333 45B5D0D'.replaceAll(' ', '');

test('a frame is taken as digits, however a tool has written them', () => {
  expect(framesOf('0a 0B\n\n0x0c0x0d\n0e:0f-10,11\n').frames).toEqual(['0a0B', '0c0d', '0e0f1011']);
});

test('a frame is taken as text, with or without its ends', () => {
  for (const line of [TEXT, ` ${TEXT}\r`, `<LF>${TEXT}<CR>`, `\\n${TEXT}\\r`]) {
    expect(framesOf(line).frames.map((frame) => frame.toUpperCase())).toEqual([HEX]);
  }
});

test('what is neither is named by its line and nothing of it is decoded', () => {
  expect(framesOf(`${HEX}\n\nnonsense`)).toEqual({ frames: [], wrong: 3 });
  expect(framesOf('0A0').wrong).toBe(1);
  expect(framesOf(' \n')).toEqual({ frames: [], wrong: null });
});
