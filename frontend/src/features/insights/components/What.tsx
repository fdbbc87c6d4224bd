import { Link } from "@tanstack/react-router";
import { Children, type ReactNode } from "react";
import { formatCalendarDate, formatQuantity, formatRatio, formatShortDateTime } from "@/lib/format";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Badge } from "@/ui/Badge";
import { Panel } from "@/ui/Panel";
import { byChance, categoryOf, hourOf } from "../describe";
import type { SiteInsights } from "../types";

const words = m.insights;
const LINK = "font-medium wrap-anywhere hover:text-accent-strong";

interface WhatProps {
  insights: SiteInsights;
}

function Rows({ label, children }: { label: string; children: ReactNode }) {
  const rows = Children.toArray(children);
  return rows.length > 0 && <ul aria-label={label}>{rows}</ul>;
}

function Row({ children, badge }: { children: ReactNode; badge?: ReactNode }) {
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-1 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0 flex-1 basis-56 wrap-anywhere">{children}</div>
      {badge}
    </li>
  );
}

const None = ({ children }: { children: ReactNode }) => (
  <p className="px-4 py-4 text-muted sm:px-5">{children}</p>
);

function Device({ id, name }: { id: string; name?: string }) {
  return (
    <Link to="/devices/$deviceId" params={{ deviceId: id }} className={LINK}>
      {name ?? id}
    </Link>
  );
}

export function Predicted({ insights }: WhatProps) {
  const found = insights.predicted_issues;
  return (
    <Panel title={words.predicted}>
      {found.length === 0 && <None>{words.predictedNone}</None>}
      <Rows label={words.predicted}>
        {found.map((one) => (
          <Row
            key={one.recommendation_id}
            badge={
              <Badge tone={one.severity === "critical" ? "critical" : "warn"}>
                {words.chance(formatRatio(one.confidence))}
              </Badge>
            }
          >
            <Device id={one.device_id} />
            <p>{one.description}</p>
            <p className="text-muted">
              {words.between(formatShortDateTime(one.lower), formatShortDateTime(one.upper))}
              {one.estimated_cost && ` · ${words.prices(one.estimated_cost)}`}
            </p>
          </Row>
        ))}
      </Rows>
    </Panel>
  );
}

export function Trends({ insights }: WhatProps) {
  const { trends, anomaly_changes: oftener, metrics_tested, metrics_too_short } = insights;
  const nothing = trends.length === 0 && oftener.length === 0;
  return (
    <Panel title={words.trends}>
      {nothing && (
        <None>
          {metrics_tested > 0 && `${words.trendsNone(metrics_tested)} `}
          {metrics_too_short > 0 && words.tooShort(metrics_too_short)}
          {metrics_tested + metrics_too_short === 0 && words.trendsNever}
        </None>
      )}
      <Rows label={words.trends}>
        {trends.map((one) => (
          <Row key={`${one.device_id} ${one.metric}`} badge={<Way way={one.way} p={one.p} />}>
            <Device id={one.device_id} /> · {one.metric.replaceAll("_", " ")}
            <p className="text-muted">
              {words.moved(
                formatQuantity(one.first_week, one.unit),
                formatQuantity(one.last_week, one.unit),
              )}
              , {words.perDay(formatQuantity(one.per_day, one.unit))}
            </p>
          </Row>
        ))}
        {oftener.map((one) => (
          <Row
            key={one.device_id}
            badge={
              <Way
                way={one.anomalies_second_half > one.anomalies_first_half ? "worse" : "better"}
                p={one.p}
              />
            }
          >
            <Device id={one.device_id} />
            <p className="text-muted">
              {words.oftener(one.anomalies_first_half, one.anomalies_second_half)}
            </p>
          </Row>
        ))}
      </Rows>
    </Panel>
  );
}

function Way({ way, p }: { way: "worse" | "better" | "none"; p: number }) {
  const tone = { worse: "warn", better: "ok", none: "unknown" } as const;
  return (
    <Badge tone={tone[way]} title={words.chanceOf(byChance(p))}>
      {words.way[way]}
    </Badge>
  );
}

export function Recurring({ insights }: WhatProps) {
  return (
    <Panel title={words.recurring}>
      {insights.recurring.length === 0 && <None>{words.recurringNone}</None>}
      <Rows label={words.recurring}>
        {insights.recurring.map((one) => (
          <Row
            key={`${one.device_id} ${one.category}`}
            badge={<Badge tone="warn">{words.times(one.times)}</Badge>}
          >
            <Device id={one.device_id} /> · {categoryOf(one.category)}
            <p className="text-muted">
              {words.lastAt} <Age at={one.last_at} />:{" "}
              {one.incident_ids.slice(-SHOWN_MAX).map((id) => (
                <Link
                  key={id}
                  to="/incidents/$incidentId"
                  params={{ incidentId: id }}
                  className="mr-2 underline underline-offset-2 hover:text-accent-strong"
                >
                  {id}
                </Link>
              ))}
            </p>
          </Row>
        ))}
      </Rows>
    </Panel>
  );
}

const SHOWN_MAX = 5;

export function Causes({ insights }: WhatProps) {
  const { common_causes: causes, same_hour: hour, causes_tested } = insights;
  return (
    <Panel title={words.causes}>
      {causes.length === 0 && !hour && <None>{words.causesNone(causes_tested)}</None>}
      <Rows label={words.causes}>
        {causes.map((one) => (
          <Row
            key={`${one.trait} ${one.value} ${one.category}`}
            badge={<Badge tone="unknown">{words.chanceOf(byChance(one.p))}</Badge>}
          >
            <p className="font-medium">
              {words.trait[one.trait]} {one.value}:{" "}
              {one.category ? categoryOf(one.category) : words.anyCategory}
            </p>
            <p className="text-muted">
              {words.cause(one.struck, one.of, one.others_struck, one.of_others)}
            </p>
          </Row>
        ))}
        {hour && (
          <Row badge={<Badge tone="unknown">{words.chanceOf(byChance(hour.p))}</Badge>}>
            {words.sameHour(hour.times, hour.of, hourOf(hour.hour))}
          </Row>
        )}
      </Rows>
    </Panel>
  );
}

export function Warranties({ insights }: WhatProps) {
  const { warranties, warranties_over } = insights;
  return (
    <Panel title={words.warranty}>
      {warranties.length === 0 && <None>{words.warrantyNone}</None>}
      <Rows label={words.warranty}>
        {warranties.map((one) => (
          <Row key={one.device_id}>
            <Device id={one.device_id} name={one.device_name} />{" "}
            <span className="text-muted">
              {words.warrantyEnds} {formatCalendarDate(one.warranty_until)}
            </span>
          </Row>
        ))}
      </Rows>
      {warranties_over > 0 && (
        <p className="border-t border-line px-4 py-2.5 text-muted sm:px-5">
          {words.warrantiesOver(warranties_over)}
        </p>
      )}
    </Panel>
  );
}
