import { makeCard } from '../../agent/sim/card/card.ts'
import { issue } from '../../agent/sim/pki/certificate.ts'
import type { ReaderEvent } from '../../drivers/driver.ts'
import { recordReader } from '../../drivers/record/live.ts'
import type { Recording } from '../../drivers/record/recording.ts'
import { identityOf, otherCard } from './cards.ts'
import type { Stage, StageMaker } from './stages.ts'

/** No name in it is a word of the recording's own language. */
const canary = issue(
  { commonName: 'ZQXJVKWPZQ' },
  { notBefore: Date.UTC(2025, 0, 1), notAfter: Date.UTC(2035, 0, 1) },
  [{ name: 'keyUsage', digitalSignature: true, critical: true }],
)
export const canaryCertificate: Uint8Array = canary.certificateDer
const canaryCard = () =>
  makeCard({
    kind: 'my-number',
    identity: { ...identityOf(), authKey: canary.key, authCertificate: canary.certificateDer },
  })

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
  await stage.put(canaryCard())
  await until('presented')
  await stage.take()
  await until('gone')
  await stage.put(canaryCard(), { pullAfterApdus: 4 })
  await until('card-fault')
  await stage.take()
  await stage.put(otherCard('driving-licence'))
  await until('presented')
  await stage.take()
  await until('gone')
  await stage.put(canaryCard())
  await until('presented')
  await stage.take()
  await until('gone')
}
