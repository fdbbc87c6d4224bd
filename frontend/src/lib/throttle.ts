/** Runs at once, then at most once in `pauseMs`; what is asked meanwhile runs at its end. */
export function throttle(run: () => void, pauseMs: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  function rest(): void {
    timer = undefined;
    if (!again) return;
    again = false;
    start();
  }
  function start(): void {
    run();
    timer = setTimeout(rest, pauseMs);
  }
  return () => {
    if (timer === undefined) start();
    else again = true;
  };
}
