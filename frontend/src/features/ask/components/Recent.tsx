import { useInfiniteQuery } from "@tanstack/react-query";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { LoadMore } from "@/ui/LoadMore";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { questionsQuery } from "../api";

/** What this person asked before; the same question stands here once. */
export function Recent({ onAsk }: { onAsk: (question: string) => void }) {
  const list = useInfiniteQuery(questionsQuery);
  const asked = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const newest = new Map(
    asked.toReversed().flatMap((one) => (one.question ? [[one.question, one.asked_at]] : [])),
  );
  const questions = [...newest].toReversed();
  return (
    <aside className="min-w-0 self-start xl:sticky xl:top-20">
      <Panel title={m.ask.recent} lead={m.ask.recentLead}>
        {list.isPending && <Skeleton className="m-5 h-4 w-40" />}
        {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
        {list.isSuccess && questions.length === 0 && (
          <p className="px-4 py-4 text-muted sm:px-5">{m.ask.noneRecent}</p>
        )}
        <ul className="max-h-[60vh] overflow-y-auto" aria-label={m.ask.recent}>
          {questions.map(([question, at]) => (
            <li key={question} className="border-b border-line last:border-b-0">
              <button
                type="button"
                onClick={() => question && onAsk(question)}
                className="w-full px-4 py-2.5 text-left hover:bg-hover sm:px-5"
              >
                <span className="line-clamp-2 wrap-anywhere">{question}</span>
                <Age at={at ?? null} className="text-xs text-muted" />
              </button>
            </li>
          ))}
        </ul>
        {list.hasNextPage && (
          <LoadMore busy={list.isFetchingNextPage} onLoad={() => void list.fetchNextPage()} />
        )}
      </Panel>
    </aside>
  );
}
