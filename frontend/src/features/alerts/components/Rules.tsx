import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "@/features/auth/permissions";
import { deviceTypesQuery } from "@/features/devices/api";
import { m } from "@/messages";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { AlertIcon, PlusIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Note, Skeleton } from "@/ui/states";
import { channelsQuery, rulesQuery, useRemoveRule } from "../api";
import { describeEscalation, describeRule } from "../describe";
import type { Rule } from "../types";
import { RuleDialog } from "./RuleDialog";

export function Rules() {
  const rules = useQuery(rulesQuery);
  const mayWrite = useMay("alerts:write");
  const [editing, setEditing] = useState<Rule | "new" | null>(null);
  const [removing, setRemoving] = useState<Rule | null>(null);
  const add = mayWrite && (
    <Button kind="primary" onClick={() => setEditing("new")}>
      <PlusIcon /> {m.alerts.rule.add}
    </Button>
  );
  const isEmpty = rules.data?.length === 0;
  return (
    <Panel title={m.alerts.rules} action={isEmpty === false && add}>
      {rules.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {rules.isError && !rules.data && (
        <ErrorNote error={rules.error} onRetry={() => void rules.refetch()} />
      )}
      {isEmpty && (
        <Note icon={<AlertIcon />} title={m.alerts.rule.none} action={add}>
          {m.alerts.rule.noneLead}
        </Note>
      )}
      <ul aria-label={m.alerts.rules}>
        {rules.data?.map((rule) => (
          <Row key={rule.rule_id} rule={rule}>
            {mayWrite && (
              <>
                <Button aria-label={m.alerts.editOf(rule.name)} onClick={() => setEditing(rule)}>
                  {m.alerts.edit}
                </Button>
                <Button
                  kind="quiet"
                  aria-label={m.alerts.removeOf(rule.name)}
                  onClick={() => setRemoving(rule)}
                >
                  {m.alerts.remove}
                </Button>
              </>
            )}
          </Row>
        ))}
      </ul>
      {editing && (
        <RuleDialog rule={editing === "new" ? null : editing} onClose={() => setEditing(null)} />
      )}
      {removing && <Removal rule={removing} onClose={() => setRemoving(null)} />}
    </Panel>
  );
}

function Row({ rule, children }: { rule: Rule; children: React.ReactNode }) {
  const channels = useQuery(channelsQuery).data;
  const types = useQuery(deviceTypesQuery).data;
  const channelName = (id: string) => channels?.find((one) => one.channel_id === id)?.name ?? id;
  const typeName = (type: string) => types?.items.find((one) => one.name === type)?.label ?? type;
  const escalation = describeEscalation(rule);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0 flex-1 basis-64 wrap-anywhere">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {rule.name}
          {!rule.enabled && <Badge tone="unknown">{m.alerts.off}</Badge>}
        </p>
        <p className="text-pretty text-muted">
          {describeRule(rule, channelName, typeName)} {escalation}
        </p>
        {rule.channel_ids.length === 0 && <p className="text-warn">{m.alerts.rule.nowhere}</p>}
      </div>
      <div className="flex gap-2">{children}</div>
    </li>
  );
}

function Removal({ rule, onClose }: { rule: Rule; onClose: () => void }) {
  const remove = useRemoveRule(rule.rule_id);
  return (
    <Confirm
      title={m.alerts.rule.removeTitle(rule.name)}
      lead={m.alerts.rule.removeLead}
      action={m.alerts.remove}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
