import { lazy, Suspense } from "react";
import { m } from "@/messages";
import { Copyable } from "@/ui/Copyable";
import { ChevronRightIcon } from "@/ui/icons";
import { Skeleton } from "@/ui/states";
import { Arriving } from "./Arriving";

const QrCode = lazy(async () => ({ default: (await import("@/ui/QrCode")).QrCode }));

interface EnrolCommandsProps {
  agent: string;
  other: string;
}

/** What to type at the device: with our agent, or with anything that can post. */
export function EnrolCommands({ agent, other }: EnrolCommandsProps) {
  return (
    <>
      <Copyable label={m.sites.agentCommand} text={agent} />
      <Arriving />
      <details className="group">
        <summary className="flex min-h-9 items-center gap-1 rounded-lg text-muted hover:text-ink">
          <ChevronRightIcon className="transition-transform group-open:rotate-90" />
          {m.care.qr}
        </summary>
        <div className="mt-2 grid justify-items-center gap-2">
          <Suspense fallback={<Skeleton className="size-52" />}>
            <QrCode label={m.care.qr} text={agent} />
          </Suspense>
          <p className="text-muted">{m.care.qrHint}</p>
        </div>
      </details>
      <details className="group">
        <summary className="flex min-h-9 items-center gap-1 rounded-lg text-muted hover:text-ink">
          <ChevronRightIcon className="transition-transform group-open:rotate-90" />
          {m.sites.otherWay}
        </summary>
        <div className="mt-1 grid gap-1.5">
          <Copyable label={m.sites.otherCommand} text={other} />
          <p className="text-muted">{m.sites.otherHint}</p>
        </div>
      </details>
    </>
  );
}
