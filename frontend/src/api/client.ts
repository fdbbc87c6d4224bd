import { ApiError, readProblem, UnreachableError } from "./problem";
import type { paths } from "./schema";
import { type ServerEvent, serverEvents } from "./serverEvents";

type Method = "get" | "post" | "put" | "patch" | "delete";

/** The addresses that know this method. */
type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];

type PathOf<O> = O extends { parameters: { path: infer T extends object } }
  ? { path: T }
  : { path?: never };
type QueryOf<O> = O extends { parameters: { query?: infer T } } ? { query?: T } : { query?: never };
type BodyOf<O> = O extends { requestBody: { content: { "application/json": infer T } } }
  ? { body: T }
  : O extends { requestBody?: { content: { "application/json": infer T } } }
    ? { body?: T }
    : { body?: never };
type Options<O> = PathOf<O> & QueryOf<O> & BodyOf<O> & { signal?: AbortSignal };
/** Where nothing is required the options may be left out altogether. */
type Rest<T> = Record<string, never> extends T ? [options?: T] : [options: T];

type Json<R> = R extends { content: { "application/json": infer T } } ? T : undefined;
type Answer<O> = O extends { responses: infer R }
  ? Json<R[keyof R & (200 | 201 | 202 | 204)]>
  : never;

type Call<M extends Method> = <P extends PathWith<M>>(
  path: P,
  ...rest: Rest<Options<paths[P][M]>>
) => Promise<Answer<paths[P][M]>>;

interface AnyOptions {
  path?: object | undefined;
  query?: object | undefined;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

let csrfToken: string | null = null;

/** The server wants this token back with every change; it comes with the session. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** Where another window has renewed the session, its token is fetched and the change sent again. */
async function withToken<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== "csrf-token-needed") throw error;
    const me = (await requestOnce("get", "/api/auth/me")) as { csrf_token: string | null };
    csrfToken = me.csrf_token;
    return send();
  }
}

const request = (method: Method, path: string, options?: AnyOptions): Promise<unknown> =>
  withToken(() => requestOnce(method, path, options));

/** An answer that comes bit by bit, as server-sent events; it ends when the signal says so. */
export async function* streamed(
  path: PathWith<"post">,
  body: object,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  const response = await withToken(() =>
    respond("post", path, { body, signal }, "text/event-stream"),
  );
  if (response.body) yield* serverEvents(response.body);
}

async function requestOnce(method: Method, path: string, options?: AnyOptions): Promise<unknown> {
  const response = await respond(method, path, options);
  return response.status === 204 ? undefined : response.json();
}

async function respond(
  method: Method,
  path: string,
  options: AnyOptions = {},
  accept = "application/json",
): Promise<Response> {
  const headers: Record<string, string> = { Accept: accept };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "get" && csrfToken !== null) headers["X-CSRF-Token"] = csrfToken;
  const init: RequestInit = { method: method.toUpperCase(), headers, credentials: "same-origin" };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  if (options.signal) init.signal = options.signal;

  const response = await send(fillPath(path, options.path) + toQuery(options.query), init);
  if (!response.ok) throw await readProblem(response);
  return response;
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new UnreachableError(url, { cause: error });
  }
}

function fillPath(path: string, values: object = {}): string {
  const known = new Map<string, unknown>(Object.entries(values));
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = known.get(name);
    if (value === undefined) throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(String(value));
  });
}

/** A list becomes the same name several times; what is empty is left out. */
function toQuery(values: object = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") query.append(name, String(one));
    }
  }
  const text = query.toString();
  return text && `?${text}`;
}

const call = <M extends Method>(method: M): Call<M> =>
  ((path: string, options?: AnyOptions) => request(method, path, options)) as Call<M>;

/** Every call is checked against the server's own description of itself. */
export const api = {
  get: call("get"),
  post: call("post"),
  put: call("put"),
  patch: call("patch"),
  delete: call("delete"),
};
