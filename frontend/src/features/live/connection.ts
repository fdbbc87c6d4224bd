/** One change on the server, as it is announced to every open dashboard. */
export interface LiveEvent {
  id: number;
  kind: string;
  data: Record<string, unknown>;
  at: string;
}

type Message =
  | ({ type: "event"; resume: string } & LiveEvent)
  | { type: "hello"; resume: string }
  | { type: "beat" }
  | { type: "reset" };

export type LiveStatus =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "stale"; sinceMs: number }
  | { state: "offline"; sinceMs: number };

export interface LiveListener {
  onEvents: (events: LiveEvent[]) => void;
  /** Too much was missed (or nothing is known yet): what is shown must be loaded anew. */
  onReset: () => void;
  /** This session is over. Another may follow (a new password): whoever listens stops us or not. */
  onRefused: () => void;
}

// The server beats every 10 s; two missed beats and a little mean that nobody is there.
export const SILENCE_MAX_MS = 25_000;
export const OFFLINE_AFTER_MS = 60_000;
const GATHER_MS = 150;
const PAUSE_MIN_MS = 500;
const PAUSE_MAX_MS = 15_000;
const KNOWN_MAX = 4_000;
// 4000 + HTTP status: not signed in, or not allowed before the password is changed.
const REFUSED = new Set([4401, 4403]);

/**
 * The one WebSocket. It reconnects by itself, resumes where it was, and knows how old the last
 * word from the server is, so that nothing pretends to be live that is not.
 */
export class LiveConnection {
  private socket: WebSocket | null = null;
  private resume: string | null = null;
  private status: LiveStatus = { state: "connecting" };
  private heardMs = Date.now();
  private failures = 0;
  private gathered: LiveEvent[] = [];
  private readonly known = new Set<number>();
  private readonly watchers = new Set<() => void>();
  private watch: ReturnType<typeof setInterval> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private gather: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly listener: LiveListener,
    private readonly open: (url: string) => WebSocket = (url) => new WebSocket(url),
  ) {}

  start(): void {
    this.heardMs = Date.now();
    this.watch = setInterval(this.look, 1_000);
    for (const name of ["online", "offline", "pageshow"]) addEventListener(name, this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.connect();
  }

  stop(): void {
    clearInterval(this.watch);
    clearTimeout(this.retry);
    clearTimeout(this.gather);
    this.gather = undefined;
    for (const name of ["online", "offline", "pageshow"]) removeEventListener(name, this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    this.drop();
  }

  readonly read = (): LiveStatus => this.status;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  private connect(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
    this.drop();
    const socket = this.open(liveUrl(this.resume));
    this.socket = socket;
    socket.onmessage = ({ data }) => this.receive(JSON.parse(data as string) as Message);
    socket.onclose = ({ code }) => this.closed(code);
  }

  /** Forgets a socket without listening to its last words. */
  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private receive(message: Message): void {
    this.heardMs = Date.now();
    this.failures = 0;
    this.tell({ state: "live" });
    if (message.type === "hello") {
      const first = this.resume === null;
      this.resume = message.resume;
      if (first) this.listener.onReset();
    } else if (message.type === "reset") {
      this.gathered = [];
      this.listener.onReset();
    } else if (message.type === "event") {
      this.resume = message.resume;
      this.remember(message);
    }
  }

  /** After a gap the server may repeat itself; an event counts once. */
  private remember({ id, kind, data, at }: LiveEvent): void {
    if (this.known.has(id)) return;
    this.known.add(id);
    if (this.known.size > KNOWN_MAX) {
      for (const oldest of this.known) {
        this.known.delete(oldest);
        break;
      }
    }
    this.gathered.push({ id, kind, data, at });
    this.gather ??= setTimeout(this.handOver, GATHER_MS);
  }

  private readonly handOver = (): void => {
    this.gather = undefined;
    const events = this.gathered;
    this.gathered = [];
    if (events.length > 0) this.listener.onEvents(events);
  };

  private closed(code: number): void {
    this.socket = null;
    if (REFUSED.has(code)) this.listener.onRefused();
    this.tellAge();
    const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** this.failures);
    this.failures += 1;
    // A little chance keeps a hundred screens from coming back in the same instant.
    this.retry = setTimeout(() => this.connect(), pauseMs * (0.75 + Math.random() / 2));
  }

  private readonly look = (): void => {
    if (this.socket && this.status.state === "live") {
      if (Date.now() - this.heardMs <= SILENCE_MAX_MS) return;
      this.tellAge();
      this.connect();
    } else {
      this.tellAge();
    }
  };

  /** Something in the world changed (network, screen, sleep): look now instead of later. */
  private readonly wake = (): void => {
    this.look();
    if (this.retry !== undefined && navigator.onLine && !document.hidden) this.connect();
  };

  private tellAge(): void {
    const silentMs = Date.now() - this.heardMs;
    const never = this.resume === null;
    if (!navigator.onLine || silentMs >= OFFLINE_AFTER_MS) {
      this.tell({ state: "offline", sinceMs: this.heardMs });
    } else if (!never) {
      this.tell({ state: "stale", sinceMs: this.heardMs });
    }
  }

  private tell(status: LiveStatus): void {
    const old = this.status;
    const same =
      old.state === status.state && ("sinceMs" in old ? old.sinceMs : 0) === since(status);
    if (same) return;
    this.status = status;
    for (const watcher of this.watchers) watcher();
  }
}

const since = (status: LiveStatus): number => ("sinceMs" in status ? status.sinceMs : 0);

function liveUrl(resume: string | null): string {
  const url = new URL("/api/live", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (resume !== null) url.searchParams.set("resume", resume);
  return url.href;
}
