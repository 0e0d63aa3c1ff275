import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import pcscMini from 'pcsc-mini'

/** Another program: it holds the card shared and sends commands when it likes, in no transaction. */
export async function openStranger(name: string) {
  const client = new pcscMini.Client()
  const found = Promise.withResolvers<pcscMini.Reader>()
  client.on('error', found.reject)
  client.on('reader', (reader) => {
    if (reader.name() === name) found.resolve(reader)
  })
  client.start()
  const card = await (await found.promise).connect(pcscMini.CardMode.SHARED)
  const select = Buffer.from('00a4040c0ad392f000260100000001', 'hex')
  const patiently = async (): Promise<string> => {
    for (;;) {
      try {
        return Buffer.from(await card.transmit(select)).toString('hex')
      } catch (error) {
        // What PC/SC says while the card is in somebody's transaction.
        assert.ok(error instanceof Error && 'code' in error)
        assert.equal(error.code, 'SharingViolation')
        await sleep(5)
      }
    }
  }
  return {
    /** Its commands, one after the other until `enough`, and what the card answered. */
    selects: async (enough: () => boolean) => {
      const answers: string[] = []
      while (!enough()) answers.push(await patiently())
      return answers
    },
    close: async () => {
      await card.disconnect(pcscMini.CardDisposition.LEAVE)
      // pcsc-mini 0.1.3 hangs when it is stopped just after a change; nothing tells when it may be.
      await sleep(300)
      client.stop()
    },
  }
}
