import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { fixedRange, type Range, rangeOf, SPAN_MS, USUAL_SPAN } from "@/charts/range";
import { deviceQuery } from "./api";
import {
  anomaliesQuery,
  type Chart,
  eventsInQuery,
  incidentsOfQuery,
  predictionsQuery,
  registryQuery,
  seriesQuery,
  thresholdsQuery,
  usualQuery,
} from "./chartApi";
import { type NewestValue, type Registered, usualChoice } from "./chosen";
import { within } from "./marks";
import { type Earlier, metricsOf, type ViewSearch } from "./view";

const SOURCE_MS: Readonly<Record<Chart["source"], number>> = {
  readings: 0,
  rollups_5m: 300_000,
  rollups_1h: 3_600_000,
};
const POINTS = 600;
const DAY_MS = 86_400_000;
const NONE: never[] = [];
const NO_REGISTRY: ReadonlyMap<string, Registered> = new Map();

/** All that the charts of a device are made of. */
export function useCharts(deviceId: string, newest: readonly NewestValue[], search: ViewSearch) {
  const registry = useQuery(registryQuery).data ?? NO_REGISTRY;
  const thresholds = useQuery(thresholdsQuery(deviceId)).data?.limits ?? NONE;
  const anomalies = useQuery(anomaliesQuery(deviceId, search.to)).data?.items ?? NONE;
  const incidents = useQuery(incidentsOfQuery(deviceId, search.to)).data?.items ?? NONE;
  const events = useQuery(eventsInQuery(deviceId, search)).data?.items ?? NONE;
  const type = useQuery(deviceQuery(deviceId)).data?.type;
  const outlook = useQuery(predictionsQuery(deviceId)).data;

  const deviating = useMemo(
    () =>
      new Set(
        anomalies
          .filter(({ ended_at }) => ended_at === null)
          .flatMap(({ metrics }) => metrics.map(({ name }) => name)),
      ),
    [anomalies],
  );
  const chosen = useMemo(() => {
    const asked = metricsOf(search.metrics);
    if (asked.length > 0) return asked;
    const limited = new Set(thresholds.map(({ metric }) => metric));
    const reported = newest.map(({ metric }) => metric);
    return usualChoice(reported, deviating, limited, registry, type);
  }, [search.metrics, newest, deviating, thresholds, registry, type]);

  const series = useQuery(seriesQuery(deviceId, chosen, search));
  const usual = useQuery(usualQuery(deviceId, chosen, search)).data?.series ?? NONE;
  const past = useRange(search, series.data, series.isPlaceholderData);
  const isAhead = search.ahead === "true" && fixedRange(search) === null;
  const range = useMemo(
    () => (isAhead ? { fromMs: past.fromMs, toMs: 2 * past.toMs - past.fromMs } : past),
    [isAhead, past],
  );
  const shown = useMemo(
    () => ({ anomalies: within(anomalies, range), incidents: within(incidents, range) }),
    [anomalies, incidents, range],
  );
  return {
    registry,
    thresholds,
    deviating,
    usual,
    chosen,
    series,
    range,
    /** Where the time to come begins, if it is shown. */
    nowMs: isAhead ? past.toMs : null,
    widthMs: widthOf(series.data),
    other: useOther(deviceId, chosen, search, range),
    predictions: outlook?.predictions ?? NONE,
    events,
    ...shown,
  };
}

/** While new values are on their way the old ones stand where they belong. */
function useRange(search: ViewSearch, chart: Chart | undefined, isOld: boolean): Range {
  const { span, from, to } = search;
  const until = isOld ? undefined : chart?.to;
  return useMemo(() => {
    const fixed = fixedRange({ from, to });
    if (fixed) return fixed;
    return rangeOf({ span }, until ? Date.parse(until) : Date.now());
  }, [span, from, to, until]);
}

function widthOf(chart: Chart | undefined): number {
  if (!chart) return 0;
  const window = Date.parse(chart.to) - Date.parse(chart.from);
  return Math.max(window / POINTS, SOURCE_MS[chart.source]);
}

function shiftOf(before: Earlier | undefined, { fromMs, toMs }: Range): number {
  if (before === "day") return DAY_MS;
  if (before === "week") return 7 * DAY_MS;
  return before === "span" ? toMs - fromMs : 0;
}

/** The same metrics of this device earlier, or of another one in the same time. */
function useOther(deviceId: string, chosen: readonly string[], search: ViewSearch, range: Range) {
  const { before, beside } = search;
  const span = SPAN_MS[search.span ?? USUAL_SPAN];
  const own = fixedRange(search) ? range : { fromMs: 0, toMs: span };
  const shiftMs = shiftOf(before, own);
  const isAsked = before !== undefined || beside !== undefined;
  const query = useQuery({
    ...seriesQuery(beside ?? deviceId, chosen, search, shiftMs),
    enabled: isAsked && chosen.length > 0,
    placeholderData: keepPreviousData,
  });
  return isAsked ? { data: query.data, error: query.error, shiftMs } : undefined;
}
