import { existsSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { mountShare, noBindfs } from '../../bed/bindfs.ts'
import { makeFolder } from './bed.ts'

/** A folder, as the agent sees it and as the programs see it that write there. */
export interface Place {
  readonly folder: string
  readonly behind: string
}

interface Kind {
  readonly name: string
  readonly skip: string | false
  readonly make: (t: TestContext) => Place | Promise<Place>
}

const same = (folder: string): Place => ({ folder, behind: folder })

/** Where the official terminal's folders may lie. */
const places: readonly Kind[] = [
  { name: 'disk', skip: false, make: (t) => same(makeFolder(t)) },
  {
    name: 'memory',
    skip: existsSync('/dev/shm') ? false : 'needs /dev/shm',
    make: (t) => same(makeFolder(t, '/dev/shm')),
  },
  { name: 'share without events', skip: noBindfs, make: (t) => mountShare(t) },
]

const LIMIT_MS = 120_000

/** One rule on every kind of folder. */
export function everywhere(
  name: string,
  run: (t: TestContext, place: Place) => Promise<void>,
): void {
  for (const kind of places)
    test(`${name} (${kind.name})`, { skip: kind.skip, timeout: LIMIT_MS }, async (t) => {
      await run(t, await kind.make(t))
    })
}
