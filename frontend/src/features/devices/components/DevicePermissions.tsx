import { useQuery } from "@tanstack/react-query";
import { useMay } from "@/features/auth/permissions";
import { m } from "@/messages";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Panel } from "@/ui/Panel";
import { ErrorNote, explain, Skeleton, Trouble } from "@/ui/states";
import { permissionsQuery, useGrant } from "../api";

type Grant = keyof typeof m.deviceCare.grants;
const GRANTS = Object.keys(m.deviceCare.grants) as Grant[];

/** What the owner allows HOMEPOT to do on this device, and what the device itself asked for. */
export function DevicePermissions({ deviceId }: { deviceId: string }) {
  const permissions = useQuery(permissionsQuery(deviceId));
  const mayGrant = useMay("settings:write");
  const grant = useGrant(deviceId);
  return (
    <Panel title={m.deviceCare.permissions} lead={m.deviceCare.permissionsLead}>
      {permissions.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {permissions.isError && !permissions.data && (
        <ErrorNote error={permissions.error} onRetry={() => void permissions.refetch()} />
      )}
      {grant.error && <Trouble>{explain(grant.error)}</Trouble>}
      {permissions.data && (
        <ul>
          {GRANTS.map((name) => {
            const isOn = permissions.data.permissions[name];
            const isWanted = permissions.data.wanted.some((one) => one === name);
            const what = m.deviceCare.grants[name];
            return (
              <li
                key={name}
                className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 last:border-b-0 sm:px-5"
              >
                <span className="min-w-0 flex-1">
                  {what}
                  {isWanted && <span className="block text-warn">{m.deviceCare.wanted}</span>}
                </span>
                <Badge tone={isOn ? "ok" : "unknown"}>
                  {isOn ? m.deviceCare.granted : m.deviceCare.withheld}
                </Badge>
                {mayGrant && (
                  <Button
                    kind="quiet"
                    busy={grant.isPending}
                    aria-label={isOn ? m.deviceCare.withdraw(what) : m.deviceCare.grant(what)}
                    onClick={() => grant.mutate({ [name]: !isOn })}
                  >
                    {isOn ? m.deviceCare.withdrawShort : m.deviceCare.grantShort}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}
