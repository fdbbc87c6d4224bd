import { useQuery } from "@tanstack/react-query";
import { m } from "@/messages";
import { Select } from "@/ui/Field";
import { deviceQuery } from "../api";
import { peersQuery } from "../chartApi";
import { oneOf } from "../search";
import type { View } from "../useView";
import { EARLIER } from "../view";

const DEVICE = "device:";

/** Beside an earlier time of its own, or beside another device of its kind. */
export function CompareChoice({ deviceId, view }: { deviceId: string; view: View }) {
  const type = useQuery(deviceQuery(deviceId)).data?.type;
  const peers = useQuery(peersQuery(type)).data?.items ?? [];
  const { before, beside } = view.search;
  const others = peers.filter(({ device_id }) => device_id !== deviceId);
  const isUnlisted = beside && !others.some(({ device_id }) => device_id === beside);
  return (
    <span className="w-full sm:w-64">
      <Select
        aria-label={m.charts.compare}
        value={before ?? (beside ? DEVICE + beside : "")}
        className="py-1.5! text-sm"
        onChange={({ target: { value } }) =>
          view.change({
            before: oneOf(EARLIER, value),
            beside: value.startsWith(DEVICE) ? value.slice(DEVICE.length) : undefined,
          })
        }
      >
        <option value="">{m.charts.compareNone}</option>
        {EARLIER.map((one) => (
          <option key={one} value={one}>
            {m.charts.earlierBy[one]}
          </option>
        ))}
        {(others.length > 0 || isUnlisted) && (
          <optgroup label={m.charts.besideOthers}>
            {isUnlisted && <option value={DEVICE + beside}>{beside}</option>}
            {others.map(({ device_id, name, site_name }) => (
              <option key={device_id} value={DEVICE + device_id}>
                {name} ({site_name})
              </option>
            ))}
          </optgroup>
        )}
      </Select>
    </span>
  );
}
