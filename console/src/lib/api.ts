// The way to the server: JSON over fetch, the CSRF guard on whatever changes something, problems as errors.

import type { Detail, Problem } from './types';

const PREFIX = '/api/v1';

/** What the server refused, in its own words. A 409 carries the incident as it is now. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string | undefined;
  readonly field: string | undefined;
  readonly incident: Detail | undefined;
  readonly retryAfterS: number | undefined;
  /** All that it said. */
  readonly problem: Problem;

  constructor(problem: Problem, retryAfterS?: number) {
    super(problem.detail && problem.detail !== problem.title ? `${problem.title}: ${problem.detail}` : problem.title);
    this.problem = problem;
    this.status = problem.status;
    this.type = problem.type;
    this.field = problem.field;
    this.incident = problem.incident;
    this.retryAfterS = retryAfterS;
  }
}

/** The server could not be reached at all. */
export class Unreachable extends Error {}

export class Api {
  /** From the session; sent with every unsafe method. */
  csrf: string | null = null;
  /** The language that the server should answer in; null leaves it to the browser's and the centre's own. */
  language: string | null = null;
  /** The session is over: any answer may be the first to say so. */
  signedOut: () => void = () => undefined;

  constructor(private readonly send: typeof fetch = (...words) => fetch(...words)) {}

  get<T>(path: string, query: Record<string, string | string[]> = {}): Promise<T> {
    const words = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? value : [value]) words.append(name, one);
    }
    return this.ask<T>('GET', words.size > 0 ? `${path}?${words}` : path);
  }

  post<T>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    return this.ask<T>('POST', path, body, headers);
  }

  /** A file as it is. */
  upload<T>(path: string, file: Blob, headers: Record<string, string> = {}): Promise<T> {
    return this.ask<T>('POST', path, file, headers);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.ask<T>('PUT', path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.ask<T>('PATCH', path, body);
  }

  /** An answer that is no JSON. */
  async bytes(path: string, body: unknown): Promise<Blob> {
    return (await this.answer('POST', path, body, { Accept: '*/*' })).blob();
  }

  /** A file that the server makes, and the name that it gives it. */
  async file(path: string, query: Record<string, string> = {}): Promise<{ blob: Blob; name: string }> {
    const words = new URLSearchParams(query);
    const response = await this.answer('GET', words.size > 0 ? `${path}?${words}` : path, undefined, { Accept: '*/*' });
    const named = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
    return { blob: await response.blob(), name: named ?? path.split('/').at(-1) ?? 'file' };
  }

  delete(path: string): Promise<null> {
    return this.ask<null>('DELETE', path);
  }

  private async ask<T>(method: string, path: string, body?: unknown, more: Record<string, string> = {}): Promise<T> {
    const response = await this.answer(method, path, body, more);
    return response.status === 204 ? (null as T) : ((await response.json()) as T);
  }

  private async answer(method: string, path: string, body: unknown, more: Record<string, string>): Promise<Response> {
    const headers: Record<string, string> = { Accept: 'application/json', ...more };
    if (this.language !== null) headers['Accept-Language'] = this.language;
    const raw = body instanceof Blob;
    if (body !== undefined) headers['Content-Type'] = raw ? 'application/octet-stream' : 'application/json';
    if (method !== 'GET' && this.csrf !== null) headers['X-Belfry-CSRF'] = this.csrf;
    const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
    if (body !== undefined) init.body = raw ? body : JSON.stringify(body);
    let response: Response;
    try {
      response = await this.send(PREFIX + path, init);
    } catch (cause) {
      throw new Unreachable('the centre does not answer', { cause });
    }
    if (response.status === 401 && path !== '/session') this.signedOut();
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const wait = Number(response.headers.get('Retry-After') ?? NaN);
  const plain: Problem = { title: `${response.status} ${response.statusText}`.trim(), status: response.status };
  const said = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return new ApiError({ ...plain, ...said, status: response.status }, Number.isNaN(wait) ? undefined : wait);
}

/** The same form sent twice, by an impatient finger or after a lost answer, raises one alarm. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
