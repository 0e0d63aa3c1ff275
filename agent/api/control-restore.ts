type Routed = readonly [status: number, body: unknown]

/** Somebody has looked after the time that a restore left out; undefined for another command. */
export async function restoreRoute(
  acknowledge: (() => Promise<boolean>) | undefined,
  command: string,
): Promise<Routed | undefined> {
  if (command !== 'POST /restore/acknowledgement' || acknowledge === undefined) return undefined
  return [200, { acknowledged: await acknowledge() }]
}
