import { useEffect, useRef } from "react";
import { m } from "@/messages";
import { Button } from "./Button";

/** Loads by itself when it comes into sight; the button is there for those who do not scroll. */
export function LoadMore({ busy, onLoad }: { busy: boolean; onLoad: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (!element || busy) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) onLoad();
      },
      { rootMargin: "400px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [busy, onLoad]);
  return (
    <div ref={box} className="grid place-items-center p-3">
      <Button kind="quiet" busy={busy} onClick={onLoad}>
        {m.actions.loadMore}
      </Button>
    </div>
  );
}
