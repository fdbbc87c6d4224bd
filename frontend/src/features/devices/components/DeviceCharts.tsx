import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { fixedRange, SPAN_MS, USUAL_SPAN } from "@/charts/range";
import { m } from "@/messages";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { newestQuery } from "../chartApi";
import { type NewestValue, newestValues } from "../chosen";
import { useFreshReadings } from "../readings";
import { useView } from "../useView";
import { ChartStack } from "./ChartStack";

const PAUSE_MIN_MS = 2_000;
const PAUSE_MAX_MS = 30_000;
/** A screen's width of points: more often than one of them ends nothing new is to be seen. */
const POINTS_WIDE = 1_200;

/** What the device measures, on one time axis with what happened to it. */
export function DeviceCharts({ deviceId }: { deviceId: string }) {
  const view = useView();
  const newest = useQuery(newestQuery(deviceId));
  const spanMs = SPAN_MS[view.search.span ?? USUAL_SPAN];
  const pauseMs = Math.min(Math.max(spanMs / POINTS_WIDE, PAUSE_MIN_MS), PAUSE_MAX_MS);
  useFreshReadings(deviceId, pauseMs, fixedRange(view.search) === null);
  const items = newest.data?.items;
  const values = useMemo<NewestValue[]>(() => newestValues(items ?? []), [items]);
  return (
    <Panel title={m.charts.title}>
      <p id="charts-keys" className="sr-only">
        {m.charts.lead}
      </p>
      {newest.isPending && <Skeleton className="m-5 h-64" />}
      {newest.isError && !newest.data && (
        <ErrorNote error={newest.error} onRetry={() => void newest.refetch()} />
      )}
      {newest.data && values.length === 0 && (
        <p className="px-4 py-5 text-muted sm:px-5">{m.charts.noneReported}</p>
      )}
      {values.length > 0 && <ChartStack deviceId={deviceId} newest={values} view={view} />}
    </Panel>
  );
}
