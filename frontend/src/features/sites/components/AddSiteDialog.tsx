import type { FormEvent } from "react";
import { ApiError } from "@/api/problem";
import type { Site } from "@/api/types";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { explain, Trouble } from "@/ui/states";
import { useAddSite } from "../api";

interface AddSiteDialogProps {
  onClose: () => void;
  onAdded: (site: Site) => void;
}

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const FIELDS = ["name", "timezone", "address", "site_id"];

export function AddSiteDialog({ onClose, onAdded }: AddSiteDialogProps) {
  const add = useAddSite();
  const refused = add.error instanceof ApiError ? add.error : null;
  const errorOf = (name: string) => refused?.field(name);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (add.isPending) return;
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    add.mutate(
      {
        name: text("name"),
        timezone: text("timezone"),
        ...(text("address") && { address: text("address") }),
        ...(text("site_id") && { site_id: text("site_id") }),
      },
      { onSuccess: onAdded },
    );
  }

  return (
    <Dialog title={m.sites.add} lead={m.sites.empty} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {add.isError && !FIELDS.some(errorOf) && <Trouble>{explain(add.error)}</Trouble>}
        <TextField
          label={m.sites.name}
          name="name"
          error={errorOf("name")}
          maxLength={200}
          required
        />
        <TextField
          label={m.sites.timezone}
          name="timezone"
          hint={m.sites.timezoneHint}
          error={errorOf("timezone")}
          defaultValue={here}
          list="timezones"
          spellCheck={false}
          required
        />
        <datalist id="timezones">
          {Intl.supportedValuesOf("timeZone").map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
        <TextField
          label={m.sites.address}
          name="address"
          error={errorOf("address")}
          maxLength={500}
          optional
        />
        <TextField
          label={m.sites.id}
          name="site_id"
          hint={m.sites.idHint}
          error={errorOf("site_id")}
          spellCheck={false}
          maxLength={100}
          optional
        />
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={add.isPending}>
            {m.sites.add}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
