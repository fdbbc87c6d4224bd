import { Link } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { Device, Lifecycle } from "@/api/types";
import { useNow } from "@/lib/now";
import { useMediaQuery } from "@/lib/useMediaQuery";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { cx } from "@/ui/cx";
import { useTypeName } from "../typeName";
import { ConnectivityMark, LifecycleBadge, ProvenanceBadge } from "./badges";
import { type SortProps, TableHead } from "./TableHead";
import { useRowKeys } from "./useRowKeys";

interface DeviceTableProps extends SortProps {
  devices: readonly Device[];
  total: number;
  loadedAtMs: number;
  onNearEnd: () => void;
}

const NEAR_END_ROWS = 30;

/** Only the rows in sight are in the page, so ten thousand scroll like ten. */
export function DeviceTable(props: DeviceTableProps) {
  const { devices, total, loadedAtMs, onNearEnd } = props;
  const table = useRef<HTMLTableElement>(null);
  const isWide = useMediaQuery("(min-width: 40rem)");
  const rows = useRows(table, devices.length, isWide);
  const visible = rows.getVirtualItems();
  const first = visible[0];
  const last = visible.at(-1);
  const lastIndex = last?.index ?? 0;
  const offset = rows.options.scrollMargin;
  // Once for all rows: a row that comes into sight asks nobody.
  const typeName = useTypeName();
  const { body, onKeyDown } = useRowKeys(rows, devices.length);

  useEffect(() => {
    if (lastIndex >= devices.length - NEAR_END_ROWS) onNearEnd();
  }, [lastIndex, devices.length, onNearEnd]);

  return (
    <table
      ref={table}
      aria-label={m.devices.listLabel}
      aria-rowcount={total + 1}
      className="w-full table-fixed border-separate border-spacing-0"
    >
      <TableHead sort={props.sort} onSort={props.onSort} />
      <Gap px={first ? first.start - offset : 0} />
      <tbody ref={body} onKeyDown={onKeyDown}>
        {visible.map(({ index }) => {
          const device = devices[index];
          return (
            device && (
              <Row
                key={device.device_id}
                device={device}
                type={typeName(device.type)}
                index={index}
                isWide={isWide}
                loadedAtMs={loadedAtMs}
              />
            )
          );
        })}
      </tbody>
      <Gap px={last ? rows.getTotalSize() + offset - last.end : 0} />
    </table>
  );
}

/**
 * Row heights are in rem, so that the rows grow with the reader's text size. The functions are
 * handed on unchanged: the virtualizer measures all ten thousand rows anew for another one.
 */
function useRows(table: RefObject<HTMLTableElement | null>, count: number, isWide: boolean) {
  const [remPx] = useState(rootFontPx);
  const heightPx = (isWide ? 2.75 : 4.25) * remPx;
  return useWindowVirtualizer({
    count,
    estimateSize: useCallback(() => heightPx, [heightPx]),
    overscan: 6,
    scrollMargin: useTopPx(table),
    // What lies over the page at its top and bottom must not hide the row that has the focus.
    scrollPaddingStart: 6 * remPx,
    scrollPaddingEnd: 5 * remPx,
    getItemKey: useCallback((index: number) => `${heightPx}-${index}`, [heightPx]),
  });
}

const rootFontPx = (): number =>
  Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

/** Where the rows begin: what stands above them may grow or shrink, and the page with it. */
function useTopPx(table: RefObject<HTMLTableElement | null>): number {
  const [topPx, setTopPx] = useState(0);
  useEffect(() => {
    const measure = () => {
      const body = table.current?.tBodies[0];
      if (body) setTopPx(Math.round(body.getBoundingClientRect().top + window.scrollY));
    };
    const watch = new ResizeObserver(measure);
    watch.observe(document.body);
    return () => watch.disconnect();
  }, [table]);
  return topPx;
}

/** Stands for the rows above or below that are not drawn. */
function Gap({ px }: { px: number }) {
  return (
    <tbody aria-hidden="true">
      {px > 0 && (
        <tr>
          <td style={{ height: px }} className="p-0" />
        </tr>
      )}
    </tbody>
  );
}

interface RowProps {
  device: Device;
  type: string;
  index: number;
  isWide: boolean;
  loadedAtMs: number;
}

/** Why it may be silent stands beside its name. */
const PUT_ASIDE: ReadonlySet<Lifecycle> = new Set(["suspended", "unpaired"]);

// Cut off without becoming a box that could scroll: there are hundreds of them.
const CUT = "overflow-clip text-ellipsis whitespace-nowrap";
const CELL = `h-17 border-b border-line px-3 sm:h-11 ${CUT}`;

const Row = memo(function Row({ device, type, index, isWide, loadedAtMs }: RowProps) {
  return (
    <tr
      data-index={index}
      aria-rowindex={index + 2}
      className="group relative hover:bg-hover has-focus-visible:bg-hover"
    >
      <td className={cx(CELL, "sm:pl-4")}>
        <div className="flex items-center justify-between gap-3 sm:justify-start">
          <Link
            to="/devices/$deviceId"
            params={{ deviceId: device.device_id }}
            className="min-w-0 overflow-clip font-medium text-ellipsis whitespace-nowrap after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-md focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
          >
            {device.name}
          </Link>
          {PUT_ASIDE.has(device.lifecycle) && <LifecycleBadge lifecycle={device.lifecycle} />}
          {!isWide && (
            <span className="shrink-0">
              <ConnectivityMark connectivity={device.connectivity} />
            </span>
          )}
        </div>
        {!isWide && (
          <div className="mt-0.5 flex items-center justify-between gap-3 text-muted">
            <span className={cx("min-w-0", CUT)}>
              {device.site_name} · <LastHeard device={device} loadedAtMs={loadedAtMs} />
            </span>
            <ProvenanceBadge provenance={device.provenance} />
          </div>
        )}
      </td>
      {isWide && <Columns device={device} type={type} loadedAtMs={loadedAtMs} />}
    </tr>
  );
});

/** On a phone they stand in the first. */
function Columns({ device, type, loadedAtMs }: Pick<RowProps, "device" | "type" | "loadedAtMs">) {
  return (
    <>
      <td className={cx(CELL, "code hidden text-muted 2xl:table-cell")}>{device.device_id}</td>
      <td className={CELL}>
        <ConnectivityMark connectivity={device.connectivity} />
      </td>
      <td className={cx(CELL, "hidden text-muted xl:table-cell")}>{type}</td>
      <td className={cx(CELL, "hidden text-muted md:table-cell")}>{device.site_name}</td>
      <td className={cx(CELL, "text-muted")}>
        <LastHeard device={device} loadedAtMs={loadedAtMs} />
      </td>
      <td className={CELL}>
        <ProvenanceBadge provenance={device.provenance} />
      </td>
    </>
  );
}

const FRESH_MS = 60_000;

/** An online device is heard all the time without our being told each time: then no old age. */
function LastHeard({ device, loadedAtMs }: { device: Device; loadedAtMs: number }) {
  const nowMs = useNow();
  if (device.connectivity === "online" && nowMs - loadedAtMs > FRESH_MS) return m.devices.onTime;
  return <Age at={device.last_seen_at} />;
}
