import { type FormEvent, useState } from "react";
import { ApiError } from "@/api/problem";
import type { Site } from "@/api/types";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { refusals, textOf } from "@/ui/forms";
import { explain, Trouble } from "@/ui/states";
import { type SiteChange, useChangeSite, useShelve } from "../api";

/** Change what is known of a site, put it away, bring it back. */
export function EditSite({ site }: { site: Site }) {
  const [open, setOpen] = useState<"edit" | "shelve" | null>(null);
  const shelve = useShelve(site.site_id);
  const isArchived = site.archived_at !== null;
  const close = () => {
    setOpen(null);
    shelve.reset();
  };
  const step = isArchived ? "restore" : "archive";
  return (
    <>
      {!isArchived && <Button onClick={() => setOpen("edit")}>{m.care.edit}</Button>}
      <Button kind="quiet" onClick={() => setOpen("shelve")}>
        {m.care[step]}
      </Button>
      {open === "edit" && <EditDialog site={site} onClose={close} />}
      {open === "shelve" && (
        <Confirm
          title={m.care[`${step}Title`](site.name)}
          lead={m.care[`${step}SiteLead`]}
          action={m.care[step]}
          busy={shelve.isPending}
          error={shelve.error}
          onConfirm={() => shelve.mutate(step, { onSuccess: close })}
          onClose={close}
        />
      )}
    </>
  );
}

function EditDialog({ site: current, onClose }: { site: Site; onClose: () => void }) {
  const [site] = useState(current);
  const change = useChangeSite(site.site_id);
  const { error } = change;
  const { at, loose } = refusals(error, ["name", "timezone", "address"]);
  const isLate = error instanceof ApiError && error.status === 409;

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (change.isPending) return;
    const form = new FormData(event.currentTarget);
    const body: SiteChange = {
      version: site.version,
      name: textOf(form, "name"),
      timezone: textOf(form, "timezone"),
      address: textOf(form, "address") || null,
    };
    change.mutate(body, { onSuccess: onClose });
  }

  return (
    <Dialog title={m.care.editSite(site.name)} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {loose && <Trouble>{isLate ? m.care.changedMeanwhile : explain(error)}</Trouble>}
        <TextField
          label={m.sites.name}
          name="name"
          defaultValue={site.name}
          error={at("name")}
          maxLength={200}
          required
        />
        <TextField
          label={m.sites.timezone}
          name="timezone"
          hint={m.sites.timezoneHint}
          defaultValue={site.timezone}
          error={at("timezone")}
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
          defaultValue={site.address ?? ""}
          error={at("address")}
          maxLength={500}
          optional
        />
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={change.isPending}>
            {m.care.save}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
