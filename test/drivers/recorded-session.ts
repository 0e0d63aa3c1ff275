import type { ReaderEvent } from '../../drivers/driver.ts'
import { recordReader } from '../../drivers/record/live.ts'
import type { Recording } from '../../drivers/record/recording.ts'
import { myNumberCard, otherCard } from './cards.ts'
import type { Stage, StageMaker } from './stages.ts'

/**
 * What a vendor is asked to record: a My Number card put down and taken away, one pulled away while
 * it is read, another card, and the My Number card again.
 */
export async function recordSession(maker: StageMaker): Promise<Recording> {
  const stage = await maker.open()
  const stop = new AbortController()
  const seen: ReaderEvent[] = []
  let wake = () => {}
  const told = (event: ReaderEvent) => {
    seen.push(event)
    wake()
  }
  const wish = { driver: maker.driver, options: stage.options, release: 'test' }
  const recording = recordReader(wish, stage.io, told, stop.signal)
  const until = async (is: ReaderEvent['is']) => {
    for (;;) {
      const event = seen.shift()
      if (event?.is === is) return
      if (event !== undefined) continue
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  try {
    await Promise.race([recording, session(stage, until)])
  } finally {
    stop.abort()
    await recording.finally(() => stage.close())
  }
  return (await recording).recording
}

type Until = (is: ReaderEvent['is']) => Promise<void>

async function session(stage: Stage, until: Until): Promise<void> {
  await until('ready')
  await stage.put(myNumberCard())
  await until('presented')
  await stage.take()
  await until('gone')
  await stage.put(myNumberCard(), { pullAfterApdus: 4 })
  await until('card-fault')
  await stage.take()
  await stage.put(otherCard('driving-licence'))
  await until('presented')
  await stage.take()
  await until('gone')
  await stage.put(myNumberCard(true))
  await until('presented')
  await stage.take()
  await until('gone')
}
