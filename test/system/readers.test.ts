import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { eventually, type Presentation } from '../bed/client.ts'
import { type ReadersBed, readerNames, startReadersBed, whyNoReaders } from '../bed/readers.ts'

describe('several readers of one agent', { skip: whyNoReaders() ?? false }, () => {
  const undo: (() => Promise<void>)[] = []
  let bed: ReadersBed
  before(async () => {
    bed = await startReadersBed({ after: (step) => undo.push(step) })
  })
  const known = new Set<string>()
  /** Of no earlier test. */
  const isCardOf = (reader: string) => (one: Presentation) =>
    one.reader === reader && one.kind === 'my-number-card' && !known.has(one.id)
  beforeEach(async () => {
    for (const name of readerNames) await bed.readers[name].remove()
    await eventually('empty readers', async () =>
      [...(await bed.states()).values()].every((state) => state === 'ready') ? true : undefined,
    )
    for (const { id } of await bed.client.presentations()) known.add(id)
  })
  after(async () => {
    for (const step of undo.reverse()) await step()
  })
  test('of several readers side by side each tap names its own, and is confirmed as such', async () => {
    const { client, readers } = bed
    await Promise.all(
      readerNames.map((name, at) =>
        readers[name].tap({ kind: 'my-number', patient: `0${at + 1}` }),
      ),
    )
    const names = ['検証　一郎', '検証　二葉']
    for (const [at, reader] of readerNames.entries()) {
      const tap = await client.presentation(isCardOf(reader))
      const { source, results } = await client.confirm(tap.id)
      assert.equal(source.reader, reader)
      if (at < names.length) assert.equal(results[0]?.name, names[at])
      assert.deepEqual(readers[reader].state().touched, [])
    }
  })

  test('trouble 19: a reader whose process dies comes back by itself, and the others notice nothing', async () => {
    const { client, readers, childOf, troubles, states } = bed
    await readers['desk-sim'].tap({ kind: 'my-number', patient: '01' })
    const standing = await client.presentation(isCardOf('desk-sim'))
    const pid = childOf('desk-pn532')
    assert.ok(pid !== undefined)
    process.kill(pid, 'SIGKILL')
    await readers['desk-1'].tap({ kind: 'my-number', patient: '02' })
    await client.presentation(isCardOf('desk-1'))
    await eventually('another process', async () => {
      const other = childOf('desk-pn532')
      return other === pid ? undefined : other
    })
    await readers['desk-pn532'].tap({ kind: 'my-number', patient: '02' })
    await client.presentation(isCardOf('desk-pn532'))
    assert.equal(troubles('desk-pn532').length, 1)
    assert.deepEqual([...troubles('desk-sim'), ...troubles('desk-1')], [])
    const still = await client.presentation(({ id }) => id === standing.id)
    assert.equal(still.cardPresent, true)
    assert.deepEqual([...(await states()).values()], Array(3).fill('card-present'))
  })

  test('trouble 19: a reader that is unplugged is the only one that is down, and reads when it is back', async () => {
    const { client, readers, cable, troubles, states } = bed
    await cable.unplug()
    await eventually('the reader is down', async () =>
      (await states()).get('desk-pn532') === 'down' ? true : undefined,
    )
    for (const name of ['desk-1', 'desk-sim'] as const) {
      await readers[name].tap({ kind: 'my-number', patient: '01' })
      await client.presentation(isCardOf(name))
      assert.deepEqual(troubles(name), [])
    }
    await readers['desk-pn532'].tap({ kind: 'my-number', patient: '01' })
    await cable.plug()
    await client.presentation(isCardOf('desk-pn532'))
  })
})
