import type { Reader } from './readers.ts'
import type { Received } from './report.ts'
import type { Scene } from './scene.ts'
import type { Troubles } from './systems.ts'

const different = (got: readonly { readonly id: string }[]) => new Set(got.map(({ id }) => id)).size

export function readBy({ name, got, counts }: Reader): Received {
  const { crashes, requests } = counts()
  const kinds = different(got)
  return { name, got: kinds, repeated: got.length - kinds, requests, faults: `${crashes} crashes` }
}

export function receivedBy({ hook, computer, orca, ehr }: Scene, { made }: Troubles): Received[] {
  const kinds = different(hook.got)
  const troublesOf = (system: string) => {
    const counts = [...made].filter(([name]) => name.startsWith(`${system} `))
    return `${counts.reduce((sum, [, count]) => sum + count, 0)} troubles`
  }
  const stats = orca.stats()
  const held = Math.round(stats.longestHeldMs)
  const locks = `${stats.locks.length} locks, the longest for ${held} ms`
  const { faults, requests } = hook.counts()
  const { looks, absences } = computer.counts()
  const resources = ehr.resources('Coverage').length
  return [
    {
      name: 'webhook',
      got: kinds,
      repeated: hook.got.length - kinds,
      requests,
      faults: `${faults} faults, ${hook.refused.size} refused`,
    },
    {
      name: 'face-folder',
      got: computer.files.length,
      repeated: 0,
      requests: looks,
      faults: `${absences} times away`,
    },
    {
      name: 'orca',
      got: orca.patients().length,
      repeated: 0,
      requests: stats.requests,
      faults: `${troublesOf('orca')}, ${locks}`,
    },
    {
      name: 'fhir',
      got: resources,
      repeated: 0,
      requests: ehr.stats().requests,
      faults: troublesOf('fhir'),
    },
  ]
}
