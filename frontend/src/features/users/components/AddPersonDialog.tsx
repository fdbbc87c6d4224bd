import type { FormEvent } from "react";
import { ApiError } from "@/api/problem";
import type { Role } from "@/api/types";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { explain, Trouble } from "@/ui/states";
import { useAddPerson } from "../api";
import { OneTimePassword } from "./OneTimePassword";

const FIELDS = ["username", "name", "role"];
const ROLES: readonly Role[] = ["viewer", "installer", "operator", "admin"];

export function AddPersonDialog({ onClose }: { onClose: () => void }) {
  const add = useAddPerson();
  const refused = add.error instanceof ApiError ? add.error : null;
  const errorOf = (name: string) => refused?.field(name);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (add.isPending) return;
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    add.mutate({ username: text("username"), name: text("name"), role: text("role") as Role });
  }

  if (add.data) {
    return (
      <OneTimePassword
        key="password"
        name={add.variables.username}
        password={add.data.one_time_password}
        onClose={onClose}
      />
    );
  }
  return (
    <Dialog key="form" title={m.people.add} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {add.isError && !FIELDS.some(errorOf) && <Trouble>{explain(add.error)}</Trouble>}
        <TextField
          label={m.people.name}
          name="name"
          error={errorOf("name")}
          maxLength={200}
          required
        />
        <TextField
          label={m.people.username}
          name="username"
          error={errorOf("username")}
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
          required
        />
        <RoleChoice />
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={add.isPending}>
            {m.people.add}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function RoleChoice() {
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 font-medium">{m.people.role}</legend>
      {ROLES.map((role, index) => (
        <label
          key={role}
          className="flex gap-3 rounded-lg border border-line p-2.5 hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft"
        >
          <input
            type="radio"
            name="role"
            value={role}
            defaultChecked={index === 0}
            className="mt-0.5 size-4 accent-accent"
          />
          <span>
            <span className="block font-medium">{m.auth.roles[role]}</span>
            <span className="block text-muted">{m.people.roleHints[role]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
