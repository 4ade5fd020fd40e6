import { expect, test } from 'vitest';
import { Api, ApiError, idempotencyKey, Unreachable } from '../src/lib/api';
import { Queue } from '../src/lib/queue';
import { row } from './rows';

function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const asked: { path: string; init: RequestInit }[] = [];
  const api = new Api((path, init) => {
    asked.push({ path: String(path), init: init ?? {} });
    const text = body === null ? null : typeof body === 'string' ? body : JSON.stringify(body);
    return Promise.resolve(new Response(text, { status, headers }));
  });
  return { api, asked };
}

test('what changes something carries the guard, what reads does not', async () => {
  const { api, asked } = answering(200, {});
  api.csrf = 'guard';
  await api.get('/incidents', { state: ['open', 'held'], limit: '5' });
  await api.post('/incidents/next');
  expect(asked[0]?.path).toBe('/api/v1/incidents?state=open&state=held&limit=5');
  expect(asked[0]?.init.headers).not.toHaveProperty('X-Belfry-CSRF');
  expect(asked[1]?.init.headers).toHaveProperty('X-Belfry-CSRF', 'guard');
  expect(asked[1]?.init.body).toBeUndefined();
});

test('nothing waiting is null', async () => {
  expect(await answering(204, null).api.post('/incidents/next')).toBeNull();
});

test('somebody was quicker: the refusal says who and carries the incident as it is now', async () => {
  const now = row('7', { state: 'taken', taken_by: 'anna', version: 2, updated: '12' });
  const { api } = answering(409, { title: 'Taken by anna 3 s ago', status: 409, incident: now });
  const error = await api.post('/incidents/7/take', { version: 1 }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiError);
  const refusal = error as ApiError;
  expect(refusal.message).toBe('Taken by anna 3 s ago');
  const queue = new Queue();
  queue.fold([row('7', { updated: '11' })]);
  queue.fold([refusal.incident as never]);
  expect(queue.get('7')?.taken_by).toBe('anna');
});

test('a problem names its field and when to try again', async () => {
  const { api } = answering(429, { title: 'Too many attempts', detail: 'wait', field: 'name' }, { 'Retry-After': '30' });
  const error = (await api.post('/session', {}).catch((caught: unknown) => caught)) as ApiError;
  expect([error.status, error.field, error.retryAfterS, error.message]).toEqual([
    429,
    'name',
    30,
    'Too many attempts: wait',
  ]);
});

test('an error page that is no problem document still has a title', async () => {
  const error = (await answering(502, '<html>').api.get('/centre').catch((caught: unknown) => caught)) as ApiError;
  expect(error.status).toBe(502);
  expect(error.message).toContain('502');
});

test('no answer at all is told apart from a refusal', async () => {
  const api = new Api(() => Promise.reject(new TypeError('network')));
  await expect(api.get('/centre')).rejects.toBeInstanceOf(Unreachable);
});

test('no two forms share a key', () => {
  expect(idempotencyKey()).toMatch(/^[0-9a-f]{32}$/);
  expect(idempotencyKey()).not.toBe(idempotencyKey());
});
