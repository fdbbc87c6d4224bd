import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { BootstrapKey } from "@/api/types";
import { formatDateTime } from "@/lib/format";
import { useNow } from "@/lib/now";
import { m } from "@/messages";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { KeyIcon, PlusIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import { ErrorNote, explain, Skeleton, Trouble } from "@/ui/states";
import { bootstrapKeysQuery, useAddBootstrapKey, useRevokeBootstrapKey } from "../api";
import { NewKeyDialog } from "./NewKey";

export function BootstrapKeys({ siteId }: { siteId: string }) {
  const keys = useQuery(bootstrapKeysQuery(siteId));
  const add = useAddBootstrapKey(siteId);
  const [revoking, setRevoking] = useState<BootstrapKey | null>(null);
  return (
    <Panel
      title={m.sites.keys}
      lead={m.sites.keysLead}
      action={
        <Button busy={add.isPending} onClick={() => add.mutate()}>
          <PlusIcon /> {m.sites.newKey}
        </Button>
      }
    >
      {add.isError && (
        <div className="p-4">
          <Trouble>{explain(add.error)}</Trouble>
        </div>
      )}
      {keys.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {keys.isError && <ErrorNote error={keys.error} onRetry={() => void keys.refetch()} />}
      {keys.data?.items.length === 0 && (
        <p className="px-4 py-5 text-muted sm:px-5">{m.sites.noKeys}</p>
      )}
      <ul>
        {keys.data?.items.map((key) => (
          <KeyRow key={key.id} entry={key} onRevoke={() => setRevoking(key)} />
        ))}
      </ul>
      {add.data && <NewKeyDialog siteId={siteId} created={add.data} onClose={add.reset} />}
      {revoking && (
        <RevokeDialog siteId={siteId} entry={revoking} onClose={() => setRevoking(null)} />
      )}
    </Panel>
  );
}

function KeyRow({ entry, onRevoke }: { entry: BootstrapKey; onRevoke: () => void }) {
  const nowMs = useNow();
  const expired = entry.expires_at !== null && Date.parse(entry.expires_at) <= nowMs;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2.5 last:border-b-0 sm:px-5">
      <KeyIcon className="text-muted" />
      <div className="min-w-0 flex-1">
        <p>
          {m.sites.keyCreated} {formatDateTime(entry.created_at)}
        </p>
        <p className="text-muted">
          {m.sites.keyExpires}:{" "}
          {entry.expires_at ? formatDateTime(entry.expires_at) : m.sites.noExpiry}
          {" · "}
          {m.sites.keyUses(entry.uses)}
        </p>
      </div>
      {entry.revoked_at && <Badge tone="unknown">{m.sites.keyRevoked}</Badge>}
      {expired && !entry.revoked_at && <Badge tone="unknown">{m.sites.keyExpired}</Badge>}
      {!entry.revoked_at && (
        <Button
          kind="danger"
          aria-label={m.sites.revokeOf(formatDateTime(entry.created_at))}
          onClick={onRevoke}
        >
          {m.sites.revoke}
        </Button>
      )}
    </li>
  );
}

interface RevokeDialogProps {
  siteId: string;
  entry: BootstrapKey;
  onClose: () => void;
}

function RevokeDialog({ siteId, entry, onClose }: RevokeDialogProps) {
  const revoke = useRevokeBootstrapKey(siteId);
  return (
    <Confirm
      title={m.sites.revokeTitle}
      lead={m.sites.revokeLead}
      action={m.sites.revoke}
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate(entry.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
