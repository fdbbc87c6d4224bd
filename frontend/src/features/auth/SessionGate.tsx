import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { createContext, type ReactNode, use, useEffect } from "react";
import type { Session } from "@/api/types";
import { sessionQuery } from "./api";

const SessionContext = createContext<Session | null>(null);

/**
 * Shows what is for people who are signed in. When the session ends, everything inside goes at
 * once, and the guards of the routes are asked again where to go.
 */
export function SessionGate({ children }: { children: ReactNode }) {
  const { data: session } = useQuery(sessionQuery);
  const router = useRouter();
  const isOpen = Boolean(session);
  useEffect(() => {
    if (!isOpen) void router.invalidate();
  }, [isOpen, router]);
  if (!session) return null;
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** For what stands inside the gate. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("useSession stands outside of SessionGate");
  return session;
}
