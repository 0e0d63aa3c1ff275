import type { Examination } from '../doctor.ts'
import {
  type AgentView,
  agentChecks,
  type PeopleFacts,
  peopleChecks,
  type VersionFacts,
} from './agent.ts'
import { type CertificateView, certificateChecks } from './certificate.ts'
import { areas, type Check } from './check.ts'
import { type ClockFacts, clockChecks } from './clock.ts'
import { type ConfigView, configChecks } from './config.ts'
import { type DiskFacts, diskChecks } from './disk.ts'
import { type OsFacts, osChecks } from './os.ts'
import { pathChecks } from './paths.ts'
import { type PermissionFacts, permissionChecks } from './permissions.ts'
import { portChecks } from './ports.ts'
import { type ReaderFacts, readerChecks } from './readers.ts'
import { type ServiceFacts, serviceChecks } from './service.ts'
import { type StoreView, storeChecks } from './store.ts'
import { versionChecks } from './versions.ts'

/** All that was seen; each part says itself what it could not see. */
export interface Findings {
  /** Epoch ms. */
  readonly at: number
  readonly configFile: string
  /** Who looks has the agent’s rights on files: root, or its own user, or an agent answered. */
  readonly mayOpen: boolean
  readonly os: OsFacts
  readonly clock: ClockFacts
  readonly disk: DiskFacts | null
  readonly config: ConfigView
  readonly permissions: PermissionFacts
  readonly service: ServiceFacts | null
  readonly agent: AgentView
  readonly readers: ReaderFacts
  readonly paths: Examination | null
  readonly certificate: CertificateView
  readonly store: StoreView
  readonly people: PeopleFacts
  readonly versions: VersionFacts
  readonly ports: readonly number[] | null
}

/** Pure. In the order of the screen. */
export function checksOf(found: Findings): Check[] {
  const { at, agent } = found
  const isTerminal = found.config.is === 'well' && found.config.via === 'terminal'
  const all = [
    ...osChecks(found.os, at),
    ...clockChecks(found.clock),
    ...diskChecks(found.disk),
    ...configChecks(found.config, found.configFile),
    ...permissionChecks(found.permissions),
    ...serviceChecks(found.service),
    ...agentChecks(agent, found.versions),
    ...versionChecks(found.versions, at),
    ...readerChecks(found.readers),
    ...pathChecks(found.paths, isTerminal, found.mayOpen),
    ...certificateChecks(found.certificate, at),
    ...storeChecks(found.store),
    ...peopleChecks(found.people, at),
    ...(agent.is === 'running' ? portChecks(found.ports, agent.agent.urls) : []),
  ]
  const order = Object.keys(areas)
  return all.toSorted((a, b) => order.indexOf(a.area) - order.indexOf(b.area))
}
