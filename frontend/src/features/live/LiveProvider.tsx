import {
  createContext,
  type ReactNode,
  use,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { LiveConnection, type LiveListener, type LiveStatus } from "./connection";

const LiveContext = createContext<LiveConnection | null>(null);

interface LiveProviderProps {
  /** Must stay the same object while mounted. */
  listener: LiveListener;
  children: ReactNode;
}

export function LiveProvider({ listener, children }: LiveProviderProps) {
  const [connection] = useState(() => new LiveConnection(listener));
  useEffect(() => {
    connection.start();
    return () => connection.stop();
  }, [connection]);
  return <LiveContext value={connection}>{children}</LiveContext>;
}

export function useLiveStatus(): LiveStatus {
  const connection = use(LiveContext);
  if (!connection) throw new Error("useLiveStatus stands outside of LiveProvider");
  return useSyncExternalStore(connection.subscribe, connection.read);
}
