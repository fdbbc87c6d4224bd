import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { ACTIVE, SUB_LINK, SubLinks } from "@/ui/forms";
import { PlusIcon } from "@/ui/icons";
import { PageHead } from "@/ui/PageHead";
import { MadeReports } from "./components/MadeReports";
import { MakeDialog } from "./components/MakeDialog";
import { Schedules } from "./components/Schedules";

export function ReportsPage() {
  const search = useSearch({ from: "/inside/reports" });
  const [making, setMaking] = useState(false);
  return (
    <>
      <PageHead
        title={m.reports.title}
        below={m.reports.lead}
        actions={
          <Button kind="primary" onClick={() => setMaking(true)}>
            <PlusIcon /> {m.makeReport.open}
          </Button>
        }
      />
      <SubLinks label={m.reports.views}>
        {(["made", "schedules"] as const).map((one) => (
          <li key={one}>
            <Link
              to="/reports"
              search={{ view: one === "made" ? undefined : one }}
              activeOptions={ACTIVE}
              className={SUB_LINK}
            >
              {m.reports.view[one]}
            </Link>
          </li>
        ))}
      </SubLinks>
      {search.view === "schedules" ? <Schedules /> : <MadeReports search={search} />}
      {making && <MakeDialog search={search} onClose={() => setMaking(false)} />}
    </>
  );
}
