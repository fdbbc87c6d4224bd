import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "@/features/auth/permissions";
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
  const mayWrite = useMay("fleet:write");
  const choices = sites.data?.items ?? [];
  const chosen = siteId ?? choices[0]?.site_id;

  return (
    <Dialog title={m.addDevice.title} lead={m.addDevice.lead} onClose={onClose}>
      {sites.isPending && <Skeleton className="h-10 w-full" />}
      {sites.isError && <ErrorNote error={sites.error} onRetry={() => void sites.refetch()} />}
      {sites.isSuccess && !chosen && <p>{m.addDevice.needSite}</p>}
      {chosen && (
        <div className="grid gap-5">
          <WayChoice way={way} onChoose={setWay} ways={mayWrite ? undefined : ["key", "claim"]} />
          <SelectField
            label={m.addDevice.site}
            value={chosen}
            onChange={(event) => setSiteId(event.target.value)}
          >
            {choices.map((one) => (
              <option key={one.site_id} value={one.site_id}>
                {one.name}
              </option>
            ))}
          </SelectField>
          {/* What was made for one site or in one way is not shown for another. */}
          <WayForm key={`${way}-${chosen}`} way={way} siteId={chosen} onClose={onClose} />
        </div>
      )}
    </Dialog>
  );
}

interface WayFormProps {
  siteId: string;
  onClose: () => void;
}

function WayForm({ way, ...rest }: WayFormProps & { way: Way }) {
  if (way === "hand") return <AddByHand {...rest} />;
  if (way === "claim") return <AddByClaim {...rest} />;
  return <AddByKey {...rest} />;
}

function AddByKey({ siteId, onClose }: WayFormProps) {
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
          <Button kind="primary" busy={add.isPending} onClick={() => add.mutate()}>
            {m.sites.newKey}
          </Button>
        )}
      </DialogActions>
    </>
  );
}
