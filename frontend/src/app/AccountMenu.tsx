import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useSignOut } from "@/features/auth/api";
import { useMay } from "@/features/auth/permissions";
import { useSession } from "@/features/auth/SessionGate";
import { m } from "@/messages";
import { ChevronDownIcon, UserIcon } from "@/ui/icons";

const ITEM =
  "flex min-h-10 w-full items-center rounded-lg px-3 text-left text-sm hover:bg-hover pointer-coarse:min-h-11";

/** Who is signed in, what one does about it, and on a phone the pages that have no room below. */
export function AccountMenu() {
  const { user } = useSession();
  const signOut = useSignOut();
  const details = useRef<HTMLDetailsElement>(null);
  const mayManage = useMay("users:manage");
  useCloseOutside(details);
  const close = () => details.current?.removeAttribute("open");

  return (
    <details ref={details} className="relative">
      <summary className="flex min-h-9 items-center gap-1.5 rounded-lg px-2 text-sm font-medium list-none hover:bg-hover pointer-coarse:min-h-11 [&::-webkit-details-marker]:hidden">
        <UserIcon className="text-muted" />
        <span className="sr-only">{m.app.account}: </span>
        <span className="max-w-32 truncate sm:max-w-48">{user.name || user.username}</span>
        <ChevronDownIcon className="text-muted" />
      </summary>
      <div className="absolute right-0 z-40 mt-1.5 w-60 rounded-xl border border-line bg-surface p-1.5 shadow-raised">
        <p className="border-b border-line px-3 pt-1.5 pb-2.5">
          <span className="block truncate font-medium">{user.username}</span>
          <span className="block truncate text-muted">
            {m.auth.roles[user.role]} · {user.tenant.name}
          </span>
        </p>
        <div className="mt-1.5 border-b border-line pb-1.5 lg:hidden">
          <Link to="/ahead" className={ITEM} onClick={close}>
            {m.app.nav.ahead}
          </Link>
          <Link to="/insights" className={ITEM} onClick={close}>
            {m.app.nav.insights}
          </Link>
          <Link to="/reports" className={ITEM} onClick={close}>
            {m.app.nav.reports}
          </Link>
          <Link to="/alerts" className={ITEM} onClick={close}>
            {m.app.nav.alerts}
          </Link>
          {mayManage && (
            <Link to="/people" className={ITEM} onClick={close}>
              {m.app.nav.people}
            </Link>
          )}
          <Link to="/status" className={ITEM} onClick={close}>
            {m.app.nav.status}
          </Link>
          <Link to="/settings" className={ITEM} onClick={close}>
            {m.app.nav.settings}
          </Link>
        </div>
        <Link to="/password" className={`${ITEM} lg:mt-1.5`} onClick={close}>
          {m.auth.changePassword}
        </Link>
        <button type="button" className={ITEM} onClick={() => signOut.mutate()}>
          {m.auth.signOut}
        </button>
      </div>
    </details>
  );
}

/** Escape, or a press anywhere else, closes it. */
function useCloseOutside(details: React.RefObject<HTMLDetailsElement | null>): void {
  useEffect(() => {
    function onPress(event: Event): void {
      const element = details.current;
      if (element && event.target instanceof Node && !element.contains(event.target)) {
        element.open = false;
      }
    }
    function onKey(event: KeyboardEvent): void {
      const element = details.current;
      if (event.key !== "Escape" || !element?.open) return;
      element.open = false;
      element.querySelector("summary")?.focus();
    }
    document.addEventListener("pointerdown", onPress);
    document.addEventListener("focusin", onPress);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onPress);
      document.removeEventListener("focusin", onPress);
      document.removeEventListener("keydown", onKey);
    };
  }, [details]);
}
