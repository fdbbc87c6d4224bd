import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { FormEvent } from "react";
import type { DeviceType } from "@/api/types";
import { useMay } from "@/features/auth/permissions";
import { LIMITS, LimitsTable } from "@/features/settings/components/LimitsTable";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { refusals } from "@/ui/forms";
import { ChevronRightIcon } from "@/ui/icons";
import { PageHead } from "@/ui/PageHead";
import { Panel } from "@/ui/Panel";
import { ErrorNote, explain, Skeleton, Trouble } from "@/ui/states";
import { deviceQuery, deviceTypesQuery } from "./api";
import { type Thresholds, useSayLimits } from "./careApi";
import { changedLimits } from "./changed";
import { thresholdsQuery } from "./chartApi";

/** Beyond which readings this device is told, where that is not what holds for its type. */
export function DeviceLimitsPage() {
  const { deviceId } = useParams({ from: "/inside/devices/$deviceId/limits" });
  const device = useQuery(deviceQuery(deviceId));
  const found = useQuery(thresholdsQuery(deviceId));
  const types = useQuery(deviceTypesQuery);
  const failed = [device, found, types].find((one) => one.isError && !one.data);
  if (failed) {
    return <ErrorNote whole error={failed.error} onRetry={() => void failed.refetch()} />;
  }
  if (!device.data || !found.data || !types.data) {
    return (
      <div aria-busy="true" className="grid gap-4">
        <Skeleton className="h-8 w-64" />
        <Skeleton className="h-64" />
      </div>
    );
  }
  const type = types.data.items.find(({ name }) => name === found.data.device_type);
  return (
    <>
      <PageHead
        title={m.care.limitsTitle}
        above={
          <Link
            to="/devices/$deviceId"
            params={{ deviceId }}
            className="inline-flex items-center text-muted hover:text-ink"
          >
            {device.data.name} <ChevronRightIcon />
          </Link>
        }
        below={m.care.limitsLead}
      />
      <Limits key={JSON.stringify(found.data.limits)} found={found.data} type={type} />
    </>
  );
}

function Limits({ found, type }: { found: Thresholds; type: DeviceType | undefined }) {
  const say = useSayLimits(found.device_id);
  const mayWrite = useMay("fleet:write");
  const held = new Map(found.limits.map((one) => [one.metric, one]));
  const metrics = (type?.metrics ?? []).map((one) => {
    const limit = held.get(one.name);
    return {
      ...one,
      critical_below: limit?.critical_below ?? null,
      warning_below: limit?.warning_below ?? null,
      warning_above: limit?.warning_above ?? null,
      critical_above: limit?.critical_above ?? null,
    };
  });
  const own = metrics.filter(({ name }) => name in (found.said.limits ?? {}));
  const names = metrics.flatMap(({ name }) => LIMITS.map((one) => `limits.${name}.${one}`));
  const { at, loose } = refusals(say.error, names);
  if (metrics.length === 0) return <p className="text-muted">{m.care.noMetrics}</p>;

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (say.isPending) return;
    const form = new FormData(event.currentTarget);
    say.mutate(
      changedLimits(
        found,
        metrics.map(({ name }) => name),
        form,
      ),
    );
  }

  return (
    <Panel
      title={m.care.limits}
      lead={
        own.length > 0
          ? `${m.care.ownLimits} ${own.map(({ label }) => label).join(", ")}`
          : m.care.noOwnLimits
      }
    >
      <form onSubmit={submit} className="grid gap-4 pb-4">
        {loose && <Trouble>{explain(say.error)}</Trouble>}
        <LimitsTable
          metrics={metrics}
          disabled={!mayWrite}
          errorAt={(metric, limit) => at(`limits.${metric}.${limit}`)}
        />
        {mayWrite && (
          <div className="flex flex-wrap gap-2 px-4 sm:px-5">
            <Button type="submit" kind="primary" busy={say.isPending}>
              {m.care.save}
            </Button>
            {own.length > 0 && (
              <Button onClick={() => say.mutate({ health: found.said.health ?? null, limits: {} })}>
                {m.care.resetLimits}
              </Button>
            )}
          </div>
        )}
        <p role="status" className="px-4 text-muted empty:hidden sm:px-5">
          {say.isSuccess && m.settings.limit.saved}
        </p>
      </form>
    </Panel>
  );
}
