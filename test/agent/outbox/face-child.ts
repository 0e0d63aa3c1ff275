/**
 * Delivers the verifications that a list names into a face folder, one after the other, and remembers
 * on disk what a store would. At each step it says a line and waits for one: kept (the file is ready),
 * taken (it was published, and is gone from the folder), settled.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { openFaceFolderSink } from '../../../agent/outbox/face-folder.ts'
import { faceName } from '../../../agent/outbox/face-name.ts'
import { systemClock } from '../../../agent/platform.ts'
import { forever } from './bed.ts'
import { faceDelivery, institutionCode } from './face-bed.ts'

const [folder = '', state = '', list = ''] = process.argv.slice(2)
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const say = async (line: string) => {
  process.stdout.write(`${line}\n`)
  await answers.next()
}

/** A file of lines `id value`, replaced as a whole at each change. */
function openTable(name: string) {
  const path = join(state, name)
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
  const rows = new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']))
  return {
    get: (id: string) => rows.get(id) ?? null,
    set(id: string, value: string) {
      rows.set(id, value)
      writeFileSync(`${path}.new`, [...rows].map((row) => row.join(' ')).join('\n'))
      renameSync(`${path}.new`, path)
    },
  }
}

const places = openTable('places')
const settled = openTable('settled')
const sink = openFaceFolderSink(
  { kind: 'face-folder', folder, limit: 100 },
  {
    institutionCode,
    clock: systemClock,
    onBug: (bug) => {
      throw bug
    },
    memory: {
      placeOf: (id) => places.get(id),
      keep: async (id, place) => {
        places.set(id, place)
        await say('kept')
      },
    },
  },
)
for (const [number, id] of readFileSync(list, 'utf8').split('\n').entries()) {
  if (settled.get(id) !== null) continue
  await sink.deliver({ ...faceDelivery(number), id }, forever())
  while (existsSync(join(folder, faceName(institutionCode, id)))) await wait(1)
  await say('taken')
  settled.set(id, 'yes')
  await say('settled')
}
await sink.close()
process.stdin.destroy()
