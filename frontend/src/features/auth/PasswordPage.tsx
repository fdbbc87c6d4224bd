import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApiError } from "@/api/problem";
import { usePageTitle } from "@/lib/usePageTitle";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { explain, Trouble } from "@/ui/states";
import { useChangePassword } from "./api";
import { EntryFrame } from "./EntryFrame";
import { SessionGate, useSession } from "./SessionGate";

/** Change one's own password; after a one-time password there is no way around it. */
export function PasswordPage() {
  return (
    <SessionGate>
      <PasswordFrame />
    </SessionGate>
  );
}

function PasswordFrame() {
  const { user } = useSession();
  const { next } = useSearch({ from: "/password" });
  const navigate = useNavigate();
  // Decided once: the session changes under us when the password is saved.
  const [forced] = useState(user.must_change_password);
  usePageTitle(forced ? m.auth.choosePassword : m.auth.changePassword);
  const goOn = () => navigate({ href: next ?? "/", replace: true });

  return (
    <EntryFrame
      title={forced ? m.auth.choosePassword : m.auth.changePassword}
      lead={forced ? m.auth.choosePasswordLead : m.auth.changePasswordLead}
    >
      <PasswordForm forced={forced} username={user.username} onDone={goOn} />
    </EntryFrame>
  );
}

interface PasswordFormProps {
  forced: boolean;
  username: string;
  onDone: () => void;
}

function PasswordForm({ forced, username, onDone }: PasswordFormProps) {
  const change = useChangePassword();
  const [differs, setDiffers] = useState(false);
  const refused = change.error instanceof ApiError ? change.error : null;
  const currentError = refused?.field("current_password");
  const newError = refused?.field("new_password");

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const current = String(form.get("current"));
    const chosen = String(form.get("new"));
    const same = chosen === form.get("repeat");
    setDiffers(!same);
    if (!same || change.isPending) return;
    change.mutate({ current_password: current, new_password: chosen }, { onSuccess: onDone });
  }

  return (
    <form onSubmit={submit} className="grid gap-4">
      {change.isError && !currentError && !newError && <Trouble>{explain(change.error)}</Trouble>}
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      <TextField
        label={forced ? m.auth.oneTimePassword : m.auth.currentPassword}
        name="current"
        type="password"
        autoComplete="current-password"
        error={currentError}
        maxLength={1000}
        required
      />
      <TextField
        label={m.auth.newPassword}
        hint={m.auth.newPasswordHint}
        name="new"
        type="password"
        autoComplete="new-password"
        error={newError}
        maxLength={1000}
        required
      />
      <TextField
        label={m.auth.repeatPassword}
        name="repeat"
        type="password"
        autoComplete="new-password"
        error={differs ? m.auth.notTheSame : undefined}
        maxLength={1000}
        required
      />
      <div className="mt-2 flex flex-wrap justify-end gap-2">
        {!forced && <Button onClick={onDone}>{m.actions.cancel}</Button>}
        <Button type="submit" kind="primary" busy={change.isPending}>
          {m.auth.savePassword}
        </Button>
      </div>
    </form>
  );
}
