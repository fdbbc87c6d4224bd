import { useQuery } from "@tanstack/react-query";
import { siteChoicesQuery } from "@/features/sites/api";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Select } from "@/ui/Field";
import { CloseIcon } from "@/ui/icons";
import { SearchBox } from "@/ui/SearchBox";
import { deviceTypesQuery } from "../api";
import { type DeviceSearch, isFiltered, oneOf } from "../search";
import { useTypeName } from "../typeName";

interface DeviceFiltersProps {
  search: DeviceSearch;
  onChange: (change: DeviceSearch) => void;
  onSearch: (q: string) => void;
  onClear: () => void;
}

export function DeviceFilters({ search, onChange, onSearch, onClear }: DeviceFiltersProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is younger than some browsers in use
    <form
      role="search"
      aria-label={m.devices.filters}
      onSubmit={(event) => event.preventDefault()}
      className="mb-3 flex flex-col gap-2 xl:flex-row"
    >
      <SearchBox
        label={m.devices.search}
        hint={m.devices.searchHint}
        value={search.q ?? ""}
        onSearch={onSearch}
      />
      <div className="grid grid-cols-2 gap-2 sm:flex sm:flex-wrap sm:items-center sm:*:max-w-56 xl:justify-end">
        <SiteFilter value={search.site} onChange={(site) => onChange({ site })} />
        <TypeFilter value={search.type} onChange={(type) => onChange({ type })} />
        <Choice
          label={m.devices.connection}
          any={m.devices.anyConnection}
          words={m.connectivity}
          value={search.connectivity}
          onChange={(connectivity) => onChange({ connectivity })}
        />
        <Choice
          label={m.devices.origin}
          any={m.devices.anyOrigin}
          words={{
            real: m.provenance.real,
            imported: m.provenance.imported,
            simulated: m.provenance.simulated,
          }}
          value={search.provenance}
          onChange={(provenance) => onChange({ provenance })}
        />
        <span className="col-span-2 sm:hidden">
          <Choice
            label={m.devices.sortBy}
            words={m.devices.sorts}
            value={search.sort ?? "name"}
            onChange={(sort) => onChange({ sort: sort === "name" ? undefined : sort })}
          />
        </span>
        {isFiltered(search) && (
          <Button kind="quiet" onClick={onClear} className="col-span-2">
            <CloseIcon /> {m.actions.clearFilters}
          </Button>
        )}
      </div>
    </form>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  any?: string;
  words: Readonly<Partial<Record<T, string>>>;
  value: T | undefined;
  onChange: (value: T | undefined) => void;
}

function Choice<T extends string>({ label, any, words, value, onChange }: ChoiceProps<T>) {
  // The address may name what the list does not know: it is shown as it stands there.
  const unknown = value !== undefined && !(value in words);
  const entries = Object.entries(words) as [T, string][];
  return (
    <Select
      aria-label={label}
      value={value ?? ""}
      onChange={(event) =>
        onChange(
          oneOf(
            entries.map(([key]) => key),
            event.target.value,
          ),
        )
      }
      className={value && any ? "border-accent! bg-accent-soft! text-accent-strong!" : undefined}
    >
      {any && <option value="">{any}</option>}
      {entries.map(([key, word]) => (
        <option key={key} value={key}>
          {word}
        </option>
      ))}
      {unknown && <option value={value}>{value}</option>}
    </Select>
  );
}

type FilterProps = Pick<ChoiceProps<string>, "value" | "onChange">;

function SiteFilter(props: FilterProps) {
  const { data } = useQuery(siteChoicesQuery);
  const words = Object.fromEntries(data?.items.map((site) => [site.site_id, site.name]) ?? []);
  return <Choice label={m.devices.site} any={m.devices.anySite} words={words} {...props} />;
}

function TypeFilter(props: FilterProps) {
  const { data } = useQuery(deviceTypesQuery);
  const typeName = useTypeName();
  const words = Object.fromEntries(data?.items.map(({ name }) => [name, typeName(name)]) ?? []);
  return <Choice label={m.devices.type} any={m.devices.anyType} words={words} {...props} />;
}
