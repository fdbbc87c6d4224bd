import type { Permission } from "@/api/types";
import { useSession } from "./SessionGate";

/** Decides only what is offered; the server decides what is allowed. */
export function useMay(permission: Permission): boolean {
  return useSession().user.permissions.includes(permission);
}
