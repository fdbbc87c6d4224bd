import type { IncidentStory } from "@/api/types";
import { useClock } from "@/lib/clock";
import { formatFigure } from "@/lib/format";
import { m } from "@/messages";
import { Panel } from "@/ui/Panel";

type Course = NonNullable<IncidentStory["course"]>[number];

const CELL = "px-4 py-2 text-left align-top sm:px-5";

/** What led: each metric in the order in which it began to deviate; then, at worst, and now. */
export function Deviations({ incident }: { incident: IncidentStory }) {
  const courses = incident.course ?? [];
  const severalDevices = new Set(courses.map(({ device_id }) => device_id)).size > 1;
  return (
    <Panel
      title={m.incidents.deviations}
      lead={courses.length > 0 ? m.incidents.deviationsLead : undefined}
    >
      {courses.length === 0 && (
        <p className="px-4 py-5 text-muted sm:px-5">
          {incident.anomalies?.length ? m.incidents.noMetrics : m.incidents.noDeviations}
        </p>
      )}
      {courses.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls needs the keyboard
        <section className="overflow-x-auto" tabIndex={0} aria-label={m.incidents.deviationsTable}>
          <table className="w-full">
            <thead className="text-xs text-muted">
              <tr>
                <th className={CELL}>{m.incidents.metric}</th>
                <th className={CELL}>{m.incidents.begin}</th>
                <th className={CELL}>{m.incidents.worst}</th>
                <th className={CELL}>{m.incidents.now}</th>
                <th className={CELL}>{m.incidents.usual}</th>
              </tr>
            </thead>
            <tbody>
              {courses.map((one) => (
                <Row
                  key={`${one.device_id}-${one.metric}`}
                  course={one}
                  withDevice={severalDevices}
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Panel>
  );
}

function Row({ course, withDevice }: { course: Course; withDevice: boolean }) {
  return (
    <tr className="border-t border-line">
      <td className={`${CELL} min-w-32`}>
        <span className="wrap-anywhere" title={course.metric}>
          {course.label}
        </span>
        <span className="block text-xs text-muted">
          {m.incidents.kind[course.kind]}
          {withDevice && ` · ${course.device_name}`}
        </span>
      </td>
      <Figure value={course.then} unit={course.unit} at={course.since} />
      <Figure value={course.worst} unit={course.unit} at={course.worst_at} />
      <Figure value={course.now} unit={course.unit} at={course.now_at} />
      <td className={CELL}>
        {course.usual === null ? m.incidents.unknown : formatFigure(course.usual, course.unit)}
        {course.low !== null && course.high !== null && (
          <span className="block text-xs text-muted">
            {formatFigure(course.low, course.unit)} – {formatFigure(course.high, course.unit)}
          </span>
        )}
      </td>
    </tr>
  );
}

/** A figure and the moment it is of. */
function Figure(of: { value: number | null; unit: string; at: string | null }) {
  const clock = useClock();
  return (
    <td className={CELL}>
      {of.value === null ? m.incidents.unknown : formatFigure(of.value, of.unit)}
      {of.value !== null && of.at && (
        <time
          dateTime={of.at}
          title={clock.dateTime(of.at)}
          className="block text-xs whitespace-nowrap text-muted"
        >
          {clock.shortDateTime(of.at)}
        </time>
      )}
    </td>
  );
}
