import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callFault } from '../../../agent/folders/fault.ts'
import type { FolderEvent } from '../../../agent/folders/folder.ts'
import { Scanner } from '../../../agent/folders/scanner.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { memoryLedger } from '../../fakes/ledger.ts'
import { recordingLog } from '../../fakes/log.ts'

/** The scanner of a folder that is listed as ever; `errno`: what a file that is put comes to. */
function scannerOf() {
  let errno: string | null = null
  const events: FolderEvent[] = []
  const scanner = new Scanner(
    { role: 'req', path: '/oqs/req', accepts: null, limitBytes: 1_000, spool: null },
    {
      ledger: memoryLedger(),
      clock: new FakeClock(),
      log: recordingLog(),
      take: async () => 'taken',
      observe: (event) => void events.push(event),
      isOpen: () => true,
      onBug: (error) => assert.fail(String(error)),
      send: () => {},
      async call() {
        if (errno !== null) throw callFault('req', errno)
        return true
      },
      lookedAt: () => null,
      signal: new AbortController().signal,
    },
  )
  scanner.hear({ is: 'state', role: 'req', errno: null })
  const told = () =>
    events
      .splice(0)
      .map((event) => (event.is === 'folder' ? (event.fault?.code ?? null) : event.is))
  const put = async (becomes: string | null) => {
    errno = becomes
    await scanner.put('OQSsiquc01req_A1.xml', Buffer.from('<a>')).catch(() => {})
    return told()
  }
  return { scanner, told, put }
}

test('a folder that takes no file is told by who puts one, until it takes one', async () => {
  const { scanner, told, put } = scannerOf()
  assert.deepEqual(told(), [null])
  assert.deepEqual(await put(null), [], 'nothing was wrong')
  assert.deepEqual(await put('EROFS'), ['TERMINAL_REFUSED'])
  const { state, fault } = scanner.report()
  assert.deepEqual([state, fault], ['reachable', 'TERMINAL_REFUSED'])
  assert.deepEqual(await put(null), [null])
  assert.equal(scanner.report().fault, null)
})

test('a name that another file has says nothing about the folder', async () => {
  const { scanner, told, put } = scannerOf()
  told()
  assert.deepEqual(await put('EEXIST'), [])
  assert.equal(scanner.report().fault, null)
})
