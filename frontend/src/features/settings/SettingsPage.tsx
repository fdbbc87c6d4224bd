import { Link, useSearch } from "@tanstack/react-router";
import { useMay } from "@/features/auth/permissions";
import { m } from "@/messages";
import { ACTIVE, SUB_LINK, SubLinks } from "@/ui/forms";
import { PageHead } from "@/ui/PageHead";
import { Account } from "./components/Account";
import { Audit } from "./components/Audit";
import { Tariffs } from "./components/Tariffs";
import { Tokens } from "./components/Tokens";
import { TypeLimits } from "./components/TypeLimits";
import { VIEWS, type View } from "./search";

const PARTS: Record<View, () => React.ReactNode> = {
  account: Account,
  tokens: Tokens,
  limits: TypeLimits,
  tariffs: Tariffs,
  audit: Audit,
};

export function SettingsPage() {
  const { view = "account" } = useSearch({ from: "/inside/settings" });
  const mayAudit = useMay("audit:read");
  const mayManage = useMay("users:manage");
  const Part = PARTS[view];
  return (
    <>
      <PageHead title={m.settings.title} />
      <SubLinks label={m.settings.views}>
        {VIEWS.filter((one) => one !== "audit" || mayAudit).map((one) => (
          <li key={one}>
            <Link
              to="/settings"
              search={{ view: one === "account" ? undefined : one }}
              activeOptions={ACTIVE}
              className={SUB_LINK}
            >
              {m.settings.view[one]}
            </Link>
          </li>
        ))}
        {mayManage && (
          <li>
            <Link to="/people" className={SUB_LINK}>
              {m.settings.people}
            </Link>
          </li>
        )}
      </SubLinks>
      <Part />
    </>
  );
}
