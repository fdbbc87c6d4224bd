import { Link, useSearch } from "@tanstack/react-router";
import { m } from "@/messages";
import { ACTIVE, SUB_LINK, SubLinks } from "@/ui/forms";
import { PageHead } from "@/ui/PageHead";
import { Channels } from "./components/Channels";
import { Rules } from "./components/Rules";
import { SentLog } from "./components/SentLog";
import { Silences } from "./components/Silences";
import { VIEWS, type View } from "./search";

const PARTS: Record<View, () => React.ReactNode> = {
  rules: Rules,
  channels: Channels,
  silences: Silences,
  log: SentLog,
};

export function AlertsPage() {
  const { view = "rules" } = useSearch({ from: "/inside/alerts" });
  const Part = PARTS[view];
  return (
    <>
      <PageHead title={m.alerts.title} below={m.alerts.lead} />
      <SubLinks label={m.alerts.views}>
        {VIEWS.map((one) => (
          <li key={one}>
            <Link
              to="/alerts"
              search={{ view: one === "rules" ? undefined : one }}
              activeOptions={ACTIVE}
              className={SUB_LINK}
            >
              {m.alerts[one]}
            </Link>
          </li>
        ))}
      </SubLinks>
      <Part />
    </>
  );
}
