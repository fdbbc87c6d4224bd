import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useMay } from "@/features/auth/permissions";
import { deviceTypesQuery } from "@/features/devices/api";
import { useTypeName } from "@/features/devices/typeName";
import { siteChoicesQuery } from "@/features/sites/api";
import { formatMoney } from "@/lib/format";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { refusals, textOf } from "@/ui/forms";
import { InfoIcon, PlusIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import { ErrorNote, explain, Note, Skeleton, Trouble } from "@/ui/states";
import { type NewTariff, type Tariff, tariffsQuery, useRemoveTariff, useSaveTariff } from "../api";

const AMOUNTS = ["downtime_cost_per_hour", "visit_cost", "part_cost"] as const;
const NAMES = [...AMOUNTS, "site_id", "device_type", "currency"];
const words = m.settings.tariff;
const LABELS = {
  downtime_cost_per_hour: words.downtime,
  visit_cost: words.visit,
  part_cost: words.part,
};

export function Tariffs() {
  const tariffs = useQuery(tariffsQuery);
  const mayWrite = useMay("settings:write");
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Tariff | null>(null);
  const add = mayWrite && (
    <Button kind="primary" onClick={() => setAdding(true)}>
      <PlusIcon /> {words.add}
    </Button>
  );
  const isEmpty = tariffs.data?.items.length === 0;
  return (
    <Panel title={m.settings.view.tariffs} lead={words.lead} action={isEmpty === false && add}>
      {tariffs.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {tariffs.isError && !tariffs.data && (
        <ErrorNote error={tariffs.error} onRetry={() => void tariffs.refetch()} />
      )}
      {isEmpty && (
        <Note icon={<InfoIcon />} title={words.none} action={add}>
          {words.noneLead}
        </Note>
      )}
      <ul aria-label={m.settings.view.tariffs}>
        {tariffs.data?.items.map((one) => (
          <Row
            key={`${one.site_id} ${one.device_type} ${one.source}`}
            tariff={one}
            onRemove={mayWrite ? () => setRemoving(one) : null}
          />
        ))}
      </ul>
      {adding && <SaveDialog onClose={() => setAdding(false)} />}
      {removing && <Removal tariff={removing} onClose={() => setRemoving(null)} />}
    </Panel>
  );
}

function useWhat() {
  const typeName = useTypeName();
  return ({ site_id, site_name, device_type }: Tariff) =>
    `${site_id ? (site_name ?? site_id) : words.everySite} · ${
      device_type ? typeName(device_type) : words.everyType
    }`;
}

function amountsOf(tariff: Tariff): string {
  const money = (amount: number | null, say: (money: string) => string) =>
    amount === null ? null : say(formatMoney(amount, tariff.currency));
  return [
    money(tariff.downtime_cost_per_hour, words.perHour),
    money(tariff.visit_cost, words.perVisit),
    money(tariff.part_cost, words.perPart),
  ]
    .filter(Boolean)
    .join(" · ");
}

function Row({ tariff, onRemove }: { tariff: Tariff; onRemove: (() => void) | null }) {
  const what = useWhat()(tariff);
  const isOfSite = tariff.source === "site";
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0 flex-1 basis-64 wrap-anywhere">
        <p className="font-medium">{what}</p>
        <p>{amountsOf(tariff)}</p>
        <p className="text-muted">
          {isOfSite && words.saidWithSite}
          {tariff.updated_by && `${words.by(tariff.updated_by)} `}
          {tariff.updated_at && <Age at={tariff.updated_at} />}
        </p>
      </div>
      {onRemove && !isOfSite && (
        <Button aria-label={words.removeOf(what)} onClick={onRemove}>
          {words.remove}
        </Button>
      )}
    </li>
  );
}

function Removal({ tariff, onClose }: { tariff: Tariff; onClose: () => void }) {
  const remove = useRemoveTariff(tariff);
  const what = useWhat()(tariff);
  return (
    <Confirm
      title={words.removeOf(what)}
      lead={words.removeLead}
      action={words.remove}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}

function SaveDialog({ onClose }: { onClose: () => void }) {
  const save = useSaveTariff();
  const sites = useQuery(siteChoicesQuery).data?.items ?? [];
  const types = useQuery(deviceTypesQuery).data?.items ?? [];
  const { at, loose } = refusals(save.error, NAMES);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (save.isPending) return;
    save.mutate(read(new FormData(event.currentTarget)), { onSuccess: onClose });
  }

  return (
    <Dialog title={words.add} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {loose && <Trouble>{explain(save.error)}</Trouble>}
        <SelectField label={words.site} name="site_id" error={at("site_id")}>
          <option value="">{words.everySite}</option>
          {sites.map((one) => (
            <option key={one.site_id} value={one.site_id}>
              {one.name}
            </option>
          ))}
        </SelectField>
        <SelectField label={words.type} name="device_type" error={at("device_type")}>
          <option value="">{words.everyType}</option>
          {types.map((one) => (
            <option key={one.name} value={one.name}>
              {one.label}
            </option>
          ))}
        </SelectField>
        {AMOUNTS.map((name) => (
          <TextField
            key={name}
            label={LABELS[name]}
            name={name}
            type="number"
            min={0}
            step="0.01"
            inputMode="decimal"
            error={at(name)}
            optional
          />
        ))}
        <TextField
          label={words.currency}
          name="currency"
          hint={words.currencyHint}
          error={at("currency")}
          maxLength={3}
          required
        />
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={save.isPending}>
            {words.save}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function read(form: FormData): NewTariff {
  const said: NewTariff = {
    site_id: textOf(form, "site_id") || null,
    device_type: textOf(form, "device_type") || null,
    currency: textOf(form, "currency"),
  };
  for (const name of AMOUNTS) {
    const amount = textOf(form, name);
    if (amount) said[name] = amount;
  }
  return said;
}
