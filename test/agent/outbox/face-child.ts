/**
 * Delivers the verifications that a list names into a face folder, one after the other, and remembers
 * on disk what a store would. Told on standard output, a line each: kept, settled.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openFaceFolderSink } from '../../../agent/outbox/face-folder.ts'
import { systemClock } from '../../../agent/platform.ts'
import { forever } from './bed.ts'
import { faceDelivery, institutionCode } from './face-bed.ts'

const [folder = '', state = '', list = ''] = process.argv.slice(2)
const say = (line: string) => process.stdout.write(`${line}\n`)

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
        say('kept')
      },
    },
  },
)
for (const [number, id] of readFileSync(list, 'utf8').split('\n').entries()) {
  if (settled.get(id) !== null) continue
  await sink.deliver({ ...faceDelivery(number), id }, forever())
  settled.set(id, 'yes')
  say('settled')
}
await sink.close()
