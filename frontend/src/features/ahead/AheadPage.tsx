import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/features/auth/permissions";
import { siteChoicesQuery } from "@/features/sites/api";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Select } from "@/ui/Field";
import { ACTIVE, SUB_LINK, SubLinks } from "@/ui/forms";
import { PlusIcon } from "@/ui/icons";
import { PageHead } from "@/ui/PageHead";
import { Month } from "./components/Month";
import { PlanDialog } from "./components/PlanDialog";
import { Risks } from "./components/Risks";
import { Schedule } from "./components/Schedule";
import { VIEWS, type View } from "./search";
import { useView } from "./useView";

const PARTS: Record<View, () => React.ReactNode> = {
  risks: Risks,
  schedule: Schedule,
  month: Month,
};

/** What will fail, and what is done before it does. */
export function AheadPage() {
  const { search } = useView();
  const { view = "risks" } = search;
  const mayPlan = useMay("fleet:write");
  const [isPlanning, setIsPlanning] = useState(false);
  const Part = PARTS[view];
  return (
    <>
      <PageHead
        title={m.ahead.title}
        actions={
          <>
            <SiteChoice />
            {mayPlan && (
              <Button onClick={() => setIsPlanning(true)}>
                <PlusIcon /> {m.upkeep.plan}
              </Button>
            )}
          </>
        }
      />
      <SubLinks label={m.ahead.views}>
        {VIEWS.map((one) => (
          <li key={one}>
            <Link
              to="/ahead"
              search={{ ...search, view: one === "risks" ? undefined : one }}
              activeOptions={ACTIVE}
              aria-current={one === view ? "page" : undefined}
              className={SUB_LINK}
            >
              {m.ahead.view[one]}
            </Link>
          </li>
        ))}
      </SubLinks>
      <Part />
      {isPlanning && <PlanDialog onClose={() => setIsPlanning(false)} />}
    </>
  );
}

function SiteChoice() {
  const { search, change } = useView();
  const sites = useQuery(siteChoicesQuery).data?.items ?? [];
  return (
    <span className="w-48">
      <Select
        aria-label={m.ahead.site}
        value={search.site ?? ""}
        onChange={({ target }) => change({ site: target.value || undefined })}
      >
        <option value="">{m.ahead.anySite}</option>
        {sites.map(({ site_id, name }) => (
          <option key={site_id} value={site_id}>
            {name}
          </option>
        ))}
      </Select>
    </span>
  );
}
