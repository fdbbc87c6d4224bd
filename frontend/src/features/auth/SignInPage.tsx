import { useNavigate, useSearch } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { ApiError } from "@/api/problem";
import { formatSpan } from "@/lib/format";
import { usePageTitle } from "@/lib/usePageTitle";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { explain, Trouble } from "@/ui/states";
import { useSignIn } from "./api";
import { EntryFrame } from "./EntryFrame";
import { useWait } from "./useWait";

export function SignInPage() {
  usePageTitle(m.auth.signIn);
  const { next } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const signIn = useSignIn();
  const wait = useWait(signIn.error);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (signIn.isPending || (wait ?? 0) > 0) return;
    const form = new FormData(event.currentTarget);
    signIn.mutate(
      { username: String(form.get("username")), password: String(form.get("password")) },
      {
        onSuccess: ({ user }) =>
          user.must_change_password
            ? navigate({ to: "/password", search: { next } })
            : navigate({ href: next ?? "/", replace: true }),
      },
    );
  }

  return (
    <EntryFrame title={m.auth.signIn} lead={next ? m.auth.signedOut : m.auth.signInLead}>
      <form onSubmit={submit} className="grid gap-4">
        {signIn.isError && <SignInTrouble error={signIn.error} wait={wait} />}
        <TextField
          label={m.auth.username}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={200}
          required
          autoFocus
        />
        <TextField
          label={m.auth.password}
          name="password"
          type="password"
          autoComplete="current-password"
          maxLength={1000}
          required
        />
        <Button type="submit" kind="primary" busy={signIn.isPending} className="mt-2 min-h-10">
          {signIn.isPending ? m.auth.signingIn : m.auth.signIn}
        </Button>
      </form>
    </EntryFrame>
  );
}

function SignInTrouble({ error, wait }: { error: unknown; wait: number | null }) {
  if (wait === 0) return <p role="status">{m.auth.waitOver}</p>;
  if (wait !== null) return <Trouble>{m.auth.wait(formatSpan(wait, "exact"))}</Trouble>;
  const wrong = error instanceof ApiError && error.status === 401;
  return <Trouble>{wrong ? m.auth.wrong : explain(error)}</Trouble>;
}
