import { Link, useRouter } from "@tanstack/react-router";
import { UnreachableError } from "@/api/problem";
import { m } from "@/messages";
import { Button, buttonClass } from "@/ui/Button";
import { AlertIcon } from "@/ui/icons";
import { ErrorNote, Note, NotFoundNote } from "@/ui/states";

export function NotFoundPage() {
  return (
    <main className="grid min-h-[70dvh] place-items-center">
      <NotFoundNote
        whole
        action={
          <Link to="/devices" className={buttonClass()}>
            {m.app.nav.devices}
          </Link>
        }
      />
    </main>
  );
}

/** The last net: a page that threw. The server being away is said as that. */
export function CrashPage({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <main className="grid min-h-dvh place-items-center">
      {error instanceof UnreachableError ? (
        <ErrorNote whole error={error} onRetry={() => void router.invalidate()} />
      ) : (
        <Note
          whole
          icon={<AlertIcon />}
          tone="text-critical"
          title={m.errors.crashedTitle}
          action={<Button onClick={() => location.reload()}>{m.actions.reload}</Button>}
        >
          {m.errors.crashed}
        </Note>
      )}
    </main>
  );
}
