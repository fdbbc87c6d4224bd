import { useState } from "react";
import { useMay } from "@/features/auth/permissions";
import { formatDateTime, formatShortDateTime } from "@/lib/format";
import { m } from "@/messages";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Panel } from "@/ui/Panel";
import { useTakeBack } from "../api";
import type { Action } from "../types";

const words = m.insights;
const TONES: Record<string, Tone> = { less: "ok", more: "warn" };

/** What was done, by whom, and what came of it. */
export function Actions({ siteId, actions }: { siteId: string; actions: readonly Action[] }) {
  const mayTake = useMay("incidents:write");
  const [back, setBack] = useState<Action | null>(null);
  return (
    <Panel title={words.actions}>
      {actions.length === 0 && <p className="px-4 py-4 text-muted sm:px-5">{words.actionsNone}</p>}
      <ul aria-label={words.actions} hidden={actions.length === 0}>
        {actions.map((one) => (
          <li
            key={one.action_id}
            className="grid gap-1.5 border-b border-line px-4 py-3 wrap-anywhere last:border-b-0 sm:px-5"
          >
            <div className="flex flex-wrap items-start justify-between gap-2">
              <div className="min-w-0 flex-1 basis-60">
                <p className="font-medium">{one.recommendation}</p>
                <p className="text-muted">
                  <time dateTime={one.taken_at} title={formatDateTime(one.taken_at)}>
                    {formatShortDateTime(one.taken_at)}
                  </time>{" "}
                  {words.doneBy(one.taken_by)}
                  {one.note && ` · ${one.note}`}
                </p>
              </div>
              {mayTake && (
                <Button
                  kind="quiet"
                  aria-label={words.takeBackOf(one.recommendation)}
                  onClick={() => setBack(one)}
                >
                  {words.takeBack}
                </Button>
              )}
            </div>
            <Effect action={one} />
          </li>
        ))}
      </ul>
      {back && <TakeBack siteId={siteId} action={back} onClose={() => setBack(null)} />}
    </Panel>
  );
}

function Effect({ action }: { action: Action }) {
  return (
    <div>
      <h3 className="text-xs text-muted">{words.effect}</h3>
      <ul className="mt-1 grid gap-1">
        {action.effect.map((one) => (
          <li key={one.what} className="flex flex-wrap items-start gap-x-2 gap-y-1">
            <Badge tone={TONES[one.verdict] ?? "unknown"}>{words.verdicts[one.verdict]}</Badge>
            <span className="min-w-0 flex-1 basis-48">{one.words}</span>
          </li>
        ))}
      </ul>
      {action.effect.length > 0 && <p className="mt-1 text-xs text-muted">{action.caveat}</p>}
    </div>
  );
}

interface TakeBackProps {
  siteId: string;
  action: Action;
  onClose: () => void;
}

function TakeBack({ siteId, action, onClose }: TakeBackProps) {
  const back = useTakeBack(siteId, action.action_id);
  return (
    <Confirm
      title={words.takeBackTitle}
      lead={words.takeBackLead}
      action={words.takeBack}
      busy={back.isPending}
      error={back.error}
      onConfirm={() => back.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
