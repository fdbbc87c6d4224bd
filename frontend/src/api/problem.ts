/** What went wrong with one place of a request, for example `body.name`. */
export interface FieldProblem {
  at: string;
  problem: string;
}

interface ProblemBody {
  type?: string;
  title?: string;
  detail?: string;
  request_id?: string;
  errors?: FieldProblem[];
}

/** The server understood us and refused; it speaks RFC 9457. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly kind: string,
    detail: string,
    readonly fields: readonly FieldProblem[] = [],
    readonly retryAfterS: number | null = null,
    readonly requestId: string | null = null,
  ) {
    super(detail);
  }

  /** The problem of one field of the body, if the server named it. */
  field(name: string): string | undefined {
    return this.fields.find(({ at }) => at === name || at === `body.${name}`)?.problem;
  }
}

/** No answer came at all: the server is down or the network is. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

export async function readProblem(response: Response): Promise<ApiError> {
  const body = await readBody(response);
  const kind = body.type?.split(/[/:#]/).at(-1) ?? "unknown";
  return new ApiError(
    response.status,
    kind,
    body.detail ?? body.title ?? response.statusText,
    body.errors ?? [],
    readRetryAfter(response.headers.get("Retry-After")),
    body.request_id ?? null,
  );
}

async function readBody(response: Response): Promise<ProblemBody> {
  if (!response.headers.get("Content-Type")?.includes("json")) return {};
  try {
    return (await response.json()) as ProblemBody;
  } catch {
    return {};
  }
}

function readRetryAfter(header: string | null): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
