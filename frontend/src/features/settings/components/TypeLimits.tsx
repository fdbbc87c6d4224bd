import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { FormEvent } from "react";
import type { DeviceType } from "@/api/types";
import { useMay } from "@/features/auth/permissions";
import { deviceTypesQuery } from "@/features/devices/api";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/Field";
import { refusals, textOf } from "@/ui/forms";
import { Panel } from "@/ui/Panel";
import { ErrorNote, explain, Skeleton, Trouble } from "@/ui/states";
import { typeThresholdsQuery, useSayType, useSayTypeHealth } from "../api";
import { changedType } from "../limits";
import { LIMITS, LimitsTable } from "./LimitsTable";

const words = m.settings.limit;

/** From which score on a type is healthy, and beyond which readings it is told. */
export function TypeLimits() {
  const types = useQuery(deviceTypesQuery);
  const { type } = useSearch({ from: "/inside/settings" });
  const navigate = useNavigate();
  if (types.isPending) return <Skeleton className="h-40" />;
  if (types.isError) {
    return <ErrorNote error={types.error} onRetry={() => void types.refetch()} />;
  }
  const chosen = types.data.items.find((one) => one.name === type) ?? types.data.items[0];
  if (!chosen) return null;
  return (
    <div className="grid gap-5">
      <div className="max-w-80">
        <SelectField
          label={words.type}
          value={chosen.name}
          onChange={(event) =>
            void navigate({
              to: "/settings",
              search: { view: "limits", type: event.target.value },
              replace: true,
            })
          }
        >
          {types.data.items.map((one) => (
            <option key={one.name} value={one.name}>
              {one.label}
            </option>
          ))}
        </SelectField>
      </div>
      <Health key={`health ${chosen.name}`} type={chosen} />
      <Limits key={`limits ${chosen.name}`} type={chosen} />
    </div>
  );
}

function Health({ type }: { type: DeviceType }) {
  const found = useQuery(typeThresholdsQuery(type.name));
  const say = useSayTypeHealth(type.name);
  const mayWrite = useMay("fleet:write");
  const { at, loose } = refusals(say.error, ["healthy", "warning"]);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (say.isPending) return;
    const form = new FormData(event.currentTarget);
    say.mutate({
      healthy: Number(textOf(form, "healthy")),
      warning: Number(textOf(form, "warning")),
    });
  }

  if (found.isPending) return <Skeleton className="h-40" />;
  if (found.isError) return <ErrorNote error={found.error} onRetry={() => void found.refetch()} />;
  const { health, source } = found.data;
  const field = { type: "number", min: 0, max: 1, step: "0.01", required: true } as const;
  return (
    <Panel title={words.health} lead={words.healthLead(words.source[source])}>
      <form
        key={`${health.healthy} ${health.warning}`}
        onSubmit={submit}
        className="grid gap-4 px-4 py-4 sm:px-5"
      >
        {loose && <Trouble>{explain(say.error)}</Trouble>}
        <div className="grid max-w-xl grid-cols-2 gap-4">
          <TextField
            {...field}
            label={words.healthy}
            name="healthy"
            defaultValue={health.healthy}
            error={at("healthy")}
            disabled={!mayWrite}
          />
          <TextField
            {...field}
            label={words.warning}
            name="warning"
            defaultValue={health.warning}
            error={at("warning")}
            disabled={!mayWrite}
          />
        </div>
        <p className="text-muted">{words.healthHint}</p>
        {mayWrite && (
          <div className="flex flex-wrap gap-2">
            <Button type="submit" kind="primary" busy={say.isPending}>
              {words.save}
            </Button>
            {found.data.said && <Button onClick={() => say.mutate(null)}>{words.resetType}</Button>}
          </div>
        )}
        <Saved when={say.isSuccess} />
      </form>
    </Panel>
  );
}

function Limits({ type }: { type: DeviceType }) {
  const say = useSayType(type.name);
  const mayWrite = useMay("fleet:write");
  if (type.metrics.length === 0) return <p className="text-muted">{words.noMetrics}</p>;
  const names = type.metrics.flatMap(({ name }) => LIMITS.map((one) => `metrics.${name}.${one}`));
  const { at, loose } = refusals(say.error, names);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (say.isPending) return;
    say.mutate(changedType(type, new FormData(event.currentTarget)));
  }

  return (
    <Panel title={words.limits} lead={words.limitsLead}>
      <form onSubmit={submit} className="grid gap-4 pb-4">
        {loose && <Trouble>{explain(say.error)}</Trouble>}
        <LimitsTable
          metrics={type.metrics}
          disabled={!mayWrite}
          errorAt={(metric, limit) => at(`metrics.${metric}.${limit}`)}
        />
        {mayWrite && (
          <div className="px-4 sm:px-5">
            <Button type="submit" kind="primary" busy={say.isPending}>
              {words.save}
            </Button>
          </div>
        )}
        <Saved when={say.isSuccess} />
      </form>
    </Panel>
  );
}

export function Saved({ when }: { when: boolean }) {
  return (
    <p role="status" className="px-4 text-sm text-muted empty:hidden sm:px-5">
      {when && words.saved}
    </p>
  );
}
