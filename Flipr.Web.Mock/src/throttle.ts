/** Calls `work` soon after it was asked for, and never again within a pause in milliseconds: what comes meanwhile is done together. */
export function throttle(pause: number | (() => number), work: () => void | Promise<void>): () => void {
  let wanted = false;
  let resting = false;
  const run = async (): Promise<void> => {
    wanted = false;
    resting = true;
    try {
      await work();
    } finally {
      setTimeout(() => {
        resting = false;
        if (wanted) void run();
      }, typeof pause === 'number' ? pause : pause());
    }
  };
  return () => {
    wanted = true;
    if (!resting) {
      resting = true;
      // Not at once: a burst is taken whole.
      setTimeout(() => void run(), 0);
    }
  };
}
