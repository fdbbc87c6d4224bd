import { formatBytes } from "@/lib/format";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Panel } from "@/ui/Panel";
import type { Program } from "../api";

/** The largest first; the bars compare them with each other. */
export function Programs({ programs }: { programs: readonly Program[] }) {
  const most = Math.max(1, ...programs.map(({ memory_bytes }) => memory_bytes));
  return (
    <Panel title={m.status.programs} lead={m.status.programsLead}>
      <ul>
        {programs.map(({ name, memory_bytes, since }) => (
          <li
            key={name}
            className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1 border-b border-line px-4 py-2.5 last:border-b-0 sm:px-5"
          >
            <span className="font-medium">{m.status.program[name] ?? name}</span>
            <span className="num">{formatBytes(memory_bytes)}</span>
            <svg
              aria-hidden="true"
              viewBox="0 0 100 4"
              preserveAspectRatio="none"
              className="h-1 w-full self-center rounded-full"
            >
              <rect width={100} height={4} className="fill-line" />
              <rect width={(memory_bytes / most) * 100} height={4} className="fill-accent" />
            </svg>
            <span className="text-xs text-muted">
              {m.status.since} <Age at={since} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
