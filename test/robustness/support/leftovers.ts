/** Sockets, servers and timers of this process that would keep it from ending, by kind. */
export function liveResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (/^(TCP|TLS|Timeout)/.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** Resolves once there are no more of any kind than there were `before`. A test that waits for it has a short deadline. */
export async function untilNothingIsLeft(before: ReadonlyMap<string, number>): Promise<void> {
  while ([...liveResources()].some(([kind, count]) => count > (before.get(kind) ?? 0))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
