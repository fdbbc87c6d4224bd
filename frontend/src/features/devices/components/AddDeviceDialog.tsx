import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Site } from "@/api/types";
import { siteChoicesQuery, useAddBootstrapKey } from "@/features/sites/api";
import { NewKey } from "@/features/sites/components/NewKey";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { SelectField } from "@/ui/Field";
import { ErrorNote, explain, Skeleton, Trouble } from "@/ui/states";
import { AddByClaim } from "./AddByClaim";
import { AddByHand } from "./AddByHand";
import { type Way, WayChoice } from "./WayChoice";

interface AddDeviceDialogProps {
  /** The site to begin with, if one is in view. */
  site?: string | undefined;
  onClose: () => void;
}

export function AddDeviceDialog({ site, onClose }: AddDeviceDialogProps) {
  const sites = useQuery(siteChoicesQuery);
  const [siteId, setSiteId] = useState(site);
  const [way, setWay] = useState<Way>("key");
  const [made, setMade] = useState(false);
  const choices = sites.data?.items ?? [];
  const chosen = siteId ?? choices[0]?.site_id;

  return (
    <Dialog title={m.addDevice.title} lead={m.addDevice.lead} onClose={onClose}>
      {sites.isPending && <Skeleton className="h-10 w-full" />}
      {sites.isError && <ErrorNote error={sites.error} onRetry={() => void sites.refetch()} />}
      {sites.isSuccess && !chosen && <p>{m.addDevice.needSite}</p>}
      {chosen && (
        <div className="grid gap-5">
          {!made && (
            <>
              <WayChoice way={way} onChoose={setWay} />
              <SiteField sites={choices} value={chosen} onChange={setSiteId} />
            </>
          )}
          <WayForm way={way} siteId={chosen} onMade={() => setMade(true)} onClose={onClose} />
        </div>
      )}
    </Dialog>
  );
}

interface SiteFieldProps {
  sites: readonly Site[];
  value: string;
  onChange: (siteId: string) => void;
}

function SiteField({ sites, value, onChange }: SiteFieldProps) {
  const isListed = sites.some(({ site_id }) => site_id === value);
  return (
    <SelectField
      label={m.addDevice.site}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {!isListed && <option value={value}>{value}</option>}
      {sites.map(({ site_id, name }) => (
        <option key={site_id} value={site_id}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

interface WayFormProps {
  siteId: string;
  /** Something was made that is shown once: nothing else stands beside it any more. */
  onMade: () => void;
  onClose: () => void;
}

function WayForm({ way, ...rest }: WayFormProps & { way: Way }) {
  if (way === "hand") return <AddByHand {...rest} />;
  if (way === "claim") return <AddByClaim {...rest} />;
  return <AddByKey {...rest} />;
}

function AddByKey({ siteId, onMade, onClose }: WayFormProps) {
  const add = useAddBootstrapKey(siteId);
  return (
    <>
      {add.isError && <Trouble>{explain(add.error)}</Trouble>}
      {add.data && <NewKey siteId={siteId} created={add.data} />}
      <DialogActions>
        {add.data ? (
          <Button kind="primary" onClick={onClose}>
            {m.actions.done}
          </Button>
        ) : (
          <Button
            kind="primary"
            busy={add.isPending}
            onClick={() => add.mutate(undefined, { onSuccess: onMade })}
          >
            {m.sites.newKey}
          </Button>
        )}
      </DialogActions>
    </>
  );
}
