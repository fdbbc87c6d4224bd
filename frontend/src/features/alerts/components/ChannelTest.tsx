import { skipToken, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { explain } from "@/ui/states";
import { testQuery, useTestChannel } from "../api";
import type { Channel } from "../types";

const PATIENCE_MS = 60_000;

/** Sends one test and waits for what becomes of it. */
export function ChannelTest({ channel }: { channel: Channel }) {
  const test = useTestChannel(channel.channel_id);
  const deliveryId = test.data?.delivery_id ?? null;
  return (
    <div className="grid max-w-72 gap-1">
      <Button
        busy={test.isPending}
        aria-label={m.alerts.channel.testOf(channel.name)}
        onClick={() => test.mutate(undefined)}
      >
        {m.alerts.channel.test}
      </Button>
      <p role="status" className="text-sm text-muted empty:hidden">
        {test.isError && <span className="text-critical">{explain(test.error)}</span>}
        {deliveryId && (
          <Outcome key={deliveryId} channelId={channel.channel_id} deliveryId={deliveryId} />
        )}
      </p>
    </div>
  );
}

function Outcome({ channelId, deliveryId }: { channelId: string; deliveryId: string }) {
  const [givenUp, setGivenUp] = useState(false);
  const query = testQuery(channelId, deliveryId, givenUp);
  const { data } = useQuery({ ...query, queryFn: query.queryFn ?? skipToken });
  useEffect(() => {
    const timer = window.setTimeout(() => setGivenUp(true), PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, []);
  if (
    data?.ended_at &&
    (data.state === "sent" || data.state === "failed" || data.state === "dropped")
  ) {
    const tone = data.state === "sent" ? "text-ok" : "text-critical";
    return (
      <span className={tone}>
        {m.alerts.channel.tested[data.state]} {data.state !== "sent" && data.problem}
      </span>
    );
  }
  return givenUp ? m.alerts.channel.testUnknown : m.alerts.channel.testing;
}
