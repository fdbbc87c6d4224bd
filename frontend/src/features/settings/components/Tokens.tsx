import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Permission } from "@/api/types";
import { useSession } from "@/features/auth/SessionGate";
import { formatDate } from "@/lib/format";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Copyable } from "@/ui/Copyable";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { CheckList, refusals, textOf, textsOf } from "@/ui/forms";
import { KeyIcon, PlusIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import { ErrorNote, explain, Note, Skeleton, Trouble } from "@/ui/states";
import { type Token, tokensQuery, useAddToken, useRevokeToken } from "../api";

const NAMES = ["name", "scopes", "expires_in_days"];
const DAYS_DEFAULT = 90;
const words = m.settings.token;

export function Tokens() {
  const tokens = useQuery(tokensQuery);
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const add = (
    <Button kind="primary" onClick={() => setAdding(true)}>
      <PlusIcon /> {words.add}
    </Button>
  );
  const isEmpty = tokens.data?.items.length === 0;
  return (
    <Panel title={m.settings.view.tokens} lead={words.lead} action={tokens.data && !isEmpty && add}>
      {tokens.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {tokens.isError && !tokens.data && (
        <ErrorNote error={tokens.error} onRetry={() => void tokens.refetch()} />
      )}
      {isEmpty && (
        <Note icon={<KeyIcon />} title={words.none} action={add}>
          {words.noneLead}
        </Note>
      )}
      <ul aria-label={m.settings.view.tokens}>
        {tokens.data?.items.map((token) => (
          <Row key={token.id} token={token} onRevoke={() => setRevoking(token)} />
        ))}
      </ul>
      {adding && <AddDialog onClose={() => setAdding(false)} />}
      {revoking && <Revoking token={revoking} onClose={() => setRevoking(null)} />}
    </Panel>
  );
}

function Row({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  const { user } = useSession();
  const isOver = Date.parse(token.expires_at) <= Date.now();
  const scopes = token.scopes.map((one) => m.settings.permissions[one as Permission] ?? one);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0 flex-1 basis-64 wrap-anywhere">
        <p className="font-medium">
          {token.name}{" "}
          {token.username !== user.username && (
            <span className="font-normal text-muted">{words.of(token.username)}</span>
          )}
        </p>
        <p className="text-muted">
          <span className="code">{token.public_part}…</span> · {words.expires}{" "}
          <time dateTime={token.expires_at}>{formatDate(token.expires_at)}</time> ·{" "}
          {token.last_used_at ? (
            <>
              {words.used} <Age at={token.last_used_at} />
            </>
          ) : (
            words.unused
          )}
        </p>
        <p>{scopes.join(" · ")}</p>
      </div>
      {token.revoked_at && <Badge tone="unknown">{words.revoked}</Badge>}
      {!token.revoked_at && isOver && <Badge tone="unknown">{words.ended}</Badge>}
      {!token.revoked_at && !isOver && (
        <Button kind="danger" aria-label={words.revokeOf(token.name)} onClick={onRevoke}>
          {words.revoke}
        </Button>
      )}
    </li>
  );
}

function AddDialog({ onClose }: { onClose: () => void }) {
  const add = useAddToken();
  const { user } = useSession();
  const { at, loose } = refusals(add.error, NAMES);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (add.isPending) return;
    const form = new FormData(event.currentTarget);
    add.mutate({
      name: textOf(form, "name"),
      scopes: textsOf(form, "scopes") as Permission[],
      expires_in_days: Number(textOf(form, "expires_in_days")),
    });
  }

  if (add.data) {
    return (
      <Dialog key="token" title={words.made(add.data.name)} lead={words.once} onClose={onClose}>
        <Copyable label={words.token} text={add.data.token} />
        <DialogActions>
          <Button kind="primary" onClick={onClose}>
            {m.actions.done}
          </Button>
        </DialogActions>
      </Dialog>
    );
  }
  return (
    <Dialog key="form" title={words.add} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {loose && <Trouble>{explain(add.error)}</Trouble>}
        <TextField label={words.name} name="name" error={at("name")} maxLength={200} required />
        <CheckList
          legend={words.scopes}
          name="scopes"
          error={at("scopes")}
          options={user.permissions.map((value) => ({
            value,
            label: m.settings.permissions[value],
          }))}
          chosen={["fleet:read"]}
        />
        <SelectField
          label={words.days}
          name="expires_in_days"
          defaultValue={DAYS_DEFAULT}
          error={at("expires_in_days")}
        >
          {words.spans.map(([days, label]) => (
            <option key={days} value={days}>
              {label}
            </option>
          ))}
        </SelectField>
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={add.isPending}>
            {words.add}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function Revoking({ token, onClose }: { token: Token; onClose: () => void }) {
  const revoke = useRevokeToken(token.id);
  return (
    <Confirm
      title={words.revokeTitle(token.name)}
      lead={words.revokeLead}
      action={words.revoke}
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
