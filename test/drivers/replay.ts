import { driverNamed } from '../../drivers/index.ts'
import { toldBy } from '../../drivers/record/recorder.ts'
import type { Recording, Told } from '../../drivers/record/recording.ts'
import { filled } from './filled.ts'
import { play } from './player.ts'

/** What a driver told when it was recorded. */
export const toldIn = ({ entries }: Recording): Told[] =>
  entries.flatMap((entry) => (entry.is === 'event' ? [entry.told] : []))

/**
 * Plays a masked recording to the driver of this release. Gives what it tells, up to as many events
 * as were recorded. Rejects where the driver does something else with the device, or stops short.
 */
export async function replay(recording: Recording, limitMs = 20_000): Promise<Told[]> {
  const { head } = recording
  const driver = driverNamed(head.driver)
  if (driver === undefined) throw new Error(`no driver ${head.driver}`)
  const player = play(filled(recording))
  const reader = await driver.open(head.options, player.io)
  const told: Told[] = []
  const wanted = toldIn(recording).length
  const listen = async () => {
    for await (const event of reader.events()) {
      told.push(toldBy(event))
      player.told()
      if (told.length === wanted) return
    }
  }
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(new Error(`stopped short: ${JSON.stringify({ ...player.standing(), told })}`))
  }, limitMs)
  try {
    await Promise.race([Promise.all([listen(), player.done]), late])
    return told
  } finally {
    clearTimeout(timer)
    late.catch(() => undefined)
    await reader.close()
  }
}
