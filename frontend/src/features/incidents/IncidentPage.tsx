import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import type { IncidentStory } from "@/api/types";
import { SilenceButton } from "@/features/alerts/components/SilenceButton";
import { useMay } from "@/features/auth/permissions";
import { type Clock, ClockContext, clockAt } from "@/lib/clock";
import { m } from "@/messages";
import { ChevronRightIcon } from "@/ui/icons";
import { PageHead } from "@/ui/PageHead";
import { type Fact, Facts, Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { incidentQuery } from "./api";
import { OriginBadge, SeverityBadge, StateBadge } from "./components/badges";
import { Deliveries } from "./components/Deliveries";
import { Deviations } from "./components/Deviations";
import { LikenessPanel } from "./components/Likeness";
import { Members, Story } from "./components/Story";
import { Words } from "./components/Words";

const LINK = "text-accent underline underline-offset-2 hover:text-accent-strong";

/** Where the link in a message leads. */
export function IncidentPage() {
  const { incidentId } = useParams({ from: "/inside/incidents/$incidentId" });
  const story = useQuery(incidentQuery(incidentId));
  if (story.isPending) return <Loading />;
  if (story.isError && !story.data) {
    return <ErrorNote whole error={story.error} onRetry={() => void story.refetch()} />;
  }
  return <Told incident={story.data} />;
}

function Told({ incident }: { incident: IncidentStory }) {
  // Its words are by the clock of its site: so is all else on the page.
  const clock = useMemo(() => clockAt(incident.timezone), [incident.timezone]);
  return (
    <ClockContext value={clock}>
      <Head incident={incident} actions={<Actions incident={incident} />} />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid min-w-0 gap-5">
          <Happened incident={incident} />
          <Deviations incident={incident} />
          <Story history={incident.history ?? []} />
        </div>
        <div className="grid min-w-0 gap-5">
          <LikenessPanel likeness={incident.likeness ?? null} />
          <Panel title={m.incidents.facts}>
            <Facts facts={factsOf(incident, clock)} />
          </Panel>
          <Members members={incident.members ?? []} />
          <Deliveries incidentId={incident.incident_id} />
        </div>
      </div>
    </ClockContext>
  );
}

function Actions({ incident }: { incident: IncidentStory }) {
  const maySay = useMay("incidents:write");
  const maySilence = useMay("alerts:write");
  return (
    <>
      {maySay && <Words incident={incident} />}
      {maySilence && <SilenceButton deviceId={incident.device_id} siteId={incident.site_id} />}
    </>
  );
}

function Head({ incident, actions }: { incident: IncidentStory; actions: React.ReactNode }) {
  return (
    <PageHead
      title={incident.title}
      actions={actions}
      above={
        <Link to="/incidents" className="inline-flex items-center text-muted hover:text-ink">
          {m.incidents.title} <ChevronRightIcon />
        </Link>
      }
      below={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <SeverityBadge severity={incident.severity} />
          <StateBadge incident={incident} />
          <OriginBadge incident={incident} />
        </span>
      }
    />
  );
}

function Happened({ incident }: { incident: IncidentStory }) {
  return (
    <Panel title={m.incidents.description}>
      <div className="grid gap-3 px-4 py-4 text-pretty wrap-anywhere sm:px-5">
        <p>{incident.description}</p>
        {incident.course_words && <p>{incident.course_words}</p>}
        {incident.told?.foreseen && <p>{incident.told.foreseen}</p>}
        {incident.into_id && (
          <p>
            {m.incidents.partOf}{" "}
            <Link
              to="/incidents/$incidentId"
              params={{ incidentId: incident.into_id }}
              className={LINK}
            >
              {incident.into_id}
            </Link>
            .
          </p>
        )}
        {incident.what_now && (
          <p>
            <strong className="font-semibold">{m.incidents.whatNow}:</strong> {incident.what_now}
          </p>
        )}
      </div>
    </Panel>
  );
}

function factsOf(incident: IncidentStory, clock: Clock): Fact[] {
  const device = incident.device_id ? (
    <Link to="/devices/$deviceId" params={{ deviceId: incident.device_id }} className={LINK}>
      {incident.device_name}
    </Link>
  ) : (
    m.incidents.wholeSite
  );
  const site = (
    <Link to="/sites/$siteId" params={{ siteId: incident.site_id }} className={LINK}>
      {incident.site_name}
    </Link>
  );
  const facts: Fact[] = [
    { label: m.incidents.device, value: device },
    { label: m.incidents.site, value: site },
    { label: m.incidents.since, value: clock.dateTime(incident.started_at) },
    {
      label: m.incidents.until,
      value: until(incident, clock),
    },
    { label: m.incidents.kindOf, value: m.incidents.category[incident.category] },
    { label: m.incidents.opened, value: clock.dateTime(incident.opened_at) },
    { label: m.incidents.clock, value: incident.timezone.replaceAll("_", " ") },
    { label: m.incidents.id, value: <span className="code">{incident.incident_id}</span> },
    { label: m.incidents.origin, value: m.incidents[incident.provenance] },
  ];
  if (incident.reopened > 0) {
    facts.push({ label: m.incidents.returns, value: m.incidents.returned(incident.reopened) });
  }
  return facts;
}

/** What a person has closed. */
const OVER: ReadonlySet<IncidentStory["state"]> = new Set(["resolved", "normal"]);

function until({ ended_at, back_since, state }: IncidentStory, clock: Clock): string {
  // What a person has closed may still be off: that is not what it is about any more.
  if (ended_at === null) return OVER.has(state) ? m.incidents.closedByHand : m.incidents.goesOn;
  const moment = clock.dateTime(ended_at);
  return back_since === null ? moment : m.incidents.closesSoon(moment);
}

function Loading() {
  return (
    <div aria-busy="true" className="grid gap-4">
      <Skeleton className="h-8 w-64" />
      <Skeleton className="h-5 w-80" />
      <Skeleton className="h-80" />
    </div>
  );
}
