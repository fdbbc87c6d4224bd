import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { USUAL_SPAN } from "@/charts/range";
import { formatCount, formatRatio } from "@/lib/format";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { type Fact, Facts, Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { type Analysis, analysisQuery } from "../careApi";

/** What a device did in the span of the charts, in words, and what is advised. */
export function DeviceAnalysis({ deviceId }: { deviceId: string }) {
  const { span = USUAL_SPAN } = useSearch({ from: "/inside/devices/$deviceId" });
  const found = useQuery(analysisQuery(deviceId, span));
  return (
    <Panel title={m.care.analysis} lead={m.care.analysisSpan[span]}>
      {found.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {found.isError && !found.data && (
        <ErrorNote error={found.error} onRetry={() => void found.refetch()} />
      )}
      {found.data && <Told analysis={found.data} />}
    </Panel>
  );
}

function Told({ analysis }: { analysis: Analysis }) {
  const { summary, recommendations } = analysis.analysis;
  return (
    <>
      <div className="grid gap-3 px-4 pt-4 text-pretty wrap-anywhere sm:px-5">
        <p>{summary}</p>
        {recommendations.length > 0 && (
          <div>
            <h3 className="mb-1 font-semibold">{m.care.advised}</h3>
            <ul className="grid list-disc gap-1 pl-5">
              {recommendations.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </div>
        )}
      </div>
      <Facts facts={factsOf(analysis)} />
      <p className="px-4 pb-4 text-xs text-muted sm:px-5">
        {m.care.workedOut} <Age at={analysis.generated_at} />
      </p>
    </>
  );
}

function factsOf({ analysis, metrics }: Analysis): Fact[] {
  const { uptime_percentage, uptime, readings } = metrics;
  const { risk_score } = analysis;
  return [
    {
      label: m.care.uptime,
      value:
        uptime_percentage === null
          ? m.care.notKnown
          : m.care.uptimeOf(formatRatio(uptime_percentage / 100), uptime.outages),
    },
    { label: m.care.unusual, value: formatCount(analysis.anomalies_detected) },
    {
      label: m.care.risk,
      value: risk_score === null ? m.care.notKnown : formatRatio(Math.min(risk_score, 1)),
    },
    { label: m.care.readings, value: formatCount(readings.values) },
  ];
}
