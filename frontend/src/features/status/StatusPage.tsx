import { useQuery } from "@tanstack/react-query";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Badge, type Tone } from "@/ui/Badge";
import { cx } from "@/ui/cx";
import { AlertIcon, CheckIcon, InfoIcon } from "@/ui/icons";
import { PageHead } from "@/ui/PageHead";
import { ErrorNote, Skeleton } from "@/ui/states";
import { type Condition, conditionQuery, type Figure, type Part } from "./api";
import { Models } from "./components/Models";
import { Programs } from "./components/Programs";
import { labelOf, wordsOf } from "./figures";

type State = Condition["state"];

const TONES: Record<State, Tone> = {
  ok: "ok",
  warning: "warn",
  critical: "critical",
  unknown: "unknown",
};
const INKS: Record<State, string> = {
  ok: "text-ok",
  warning: "text-warn",
  critical: "text-critical",
  unknown: "text-unknown",
};
const MARKS = { ok: CheckIcon, warning: AlertIcon, critical: AlertIcon, unknown: InfoIcon };

/** How HOMEPOT itself is: each part, what is wrong, and what mends it. */
export function StatusPage() {
  const found = useQuery(conditionQuery);
  if (found.isPending) return <Loading />;
  if (found.isError && !found.data) {
    return <ErrorNote whole error={found.error} onRetry={() => void found.refetch()} />;
  }
  const { as_of, state, parts, programs } = found.data;
  return (
    <>
      <PageHead
        title={m.status.title}
        below={
          <>
            {m.status.lead} {m.status.measured} <Age at={as_of} />.
          </>
        }
      />
      <Verdict state={state} parts={parts} />
      <ul className="mb-5 grid gap-4 md:grid-cols-2 2xl:grid-cols-3">
        {parts.map((part) => (
          <PartCard key={part.name} part={part} />
        ))}
      </ul>
      <div className="grid items-start gap-5 xl:grid-cols-2">
        <Programs programs={programs} />
        <Models />
      </div>
    </>
  );
}

function Verdict({ state, parts }: { state: State; parts: readonly Part[] }) {
  const Mark = MARKS[state];
  const wrong = parts.filter((one) => one.state === "warning" || one.state === "critical");
  return (
    <div className="card mb-5 flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-4 sm:px-5">
      <p className={cx("flex items-center gap-3 text-xl font-semibold", INKS[state])}>
        <Mark className="shrink-0" /> {m.status.verdict[state]}
      </p>
      {wrong.length > 0 && <p className="text-muted">{m.status.wrong(wrong.length)}</p>}
    </div>
  );
}

function PartCard({ part }: { part: Part }) {
  const Mark = MARKS[part.state];
  return (
    <li className="card flex min-w-0 flex-col gap-3 px-4 py-4 sm:px-5">
      <div className="flex items-start justify-between gap-3">
        <h2 className="font-semibold">{m.status.part[part.name] ?? part.name}</h2>
        <Badge tone={TONES[part.state]} icon={<Mark />}>
          {m.status.state[part.state]}
        </Badge>
      </div>
      <p className="text-pretty wrap-anywhere">{part.words}</p>
      {part.to_do && (
        <p className="rounded-lg bg-sunken px-3 py-2 text-pretty wrap-anywhere">
          <strong className="font-semibold">{m.status.toDo}:</strong> {part.to_do}
        </p>
      )}
      <dl className="mt-auto grid grid-cols-2 gap-x-4 gap-y-2.5 border-t border-line pt-3">
        {part.figures.map((one) => (
          <Told key={one.name} figure={one} />
        ))}
      </dl>
    </li>
  );
}

function Told({ figure }: { figure: Figure }) {
  const value = wordsOf(figure);
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{labelOf(figure)}</dt>
      <dd className="num mt-0.5">
        {value}
        {figure.at && (
          <>
            {value && `, ${m.status.since} `}
            <Age at={figure.at} />
          </>
        )}
      </dd>
    </div>
  );
}

function Loading() {
  return (
    <div aria-busy="true" className="grid gap-4">
      <Skeleton className="h-8 w-40" />
      <div className="grid gap-4 md:grid-cols-2">
        <Skeleton className="h-40" />
        <Skeleton className="h-40" />
        <Skeleton className="h-40" />
        <Skeleton className="h-40" />
      </div>
    </div>
  );
}
