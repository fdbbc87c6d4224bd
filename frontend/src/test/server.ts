import { vi } from "vitest";

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  headers: Record<string, string>;
}

type Handler = (asked: Asked) => Response | object | undefined;

/** Answers fetch by "METHOD /path"; keeps what was asked. */
export class FakeServer {
  readonly asked: Asked[] = [];
  private readonly handlers = new Map<string, Handler>();

  constructor() {
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => this.answer(url, init));
  }

  on(route: string, handler: Handler | object): this {
    this.handlers.set(route, typeof handler === "function" ? (handler as Handler) : () => handler);
    return this;
  }

  calls(route: string): Asked[] {
    return this.asked.filter(({ method, path }) => `${method} ${path}` === route);
  }

  private async answer(url: string, init: RequestInit): Promise<Response> {
    const { pathname, searchParams } = new URL(url, "http://homepot.test");
    const asked: Asked = {
      method: init.method ?? "GET",
      path: pathname,
      query: searchParams,
      body: init.body ? JSON.parse(init.body as string) : undefined,
      headers: init.headers as Record<string, string>,
    };
    this.asked.push(asked);
    const handler = this.handlers.get(`${asked.method} ${pathname}`);
    if (!handler) throw new Error(`not arranged: ${asked.method} ${pathname}`);
    const answer = handler(asked);
    if (answer instanceof Response) return answer;
    return answer === undefined ? new Response(null, { status: 204 }) : Response.json(answer);
  }
}

export function refusal(status: number, extra: object = {}, headers: object = {}): Response {
  const body = {
    type: "/problems/refused",
    title: "Refused",
    status,
    detail: "Refused.",
    ...extra,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });
}
