import { appointmentRoutes } from './appointments.ts'
import { batchRoutes } from './batches.ts'
import { type CaPage, caRoute } from './ca.ts'
import { cardFaceRoutes } from './card-faces.ts'
import type { App, Context } from './context.ts'
import type { Days, Handovers } from './day-ports.ts'
import { dayRoutes } from './days.ts'
import { deliveryRoutes } from './deliveries.ts'
import { deskLiveRoute } from './desk-live.ts'
import { deskPageRoutes } from './desk-page.ts'
import type { ClinicPage, Sessions, StaffDesk } from './desk-ports.ts'
import { deskPrintRoute } from './desk-prints.ts'
import { deskSessionRoutes } from './desk-session.ts'
import { deskStaffRoutes } from './desk-staff.ts'
import { watchDesk } from './desk-state.ts'
import { digestRoutes } from './digest.ts'
import { eventRoutes } from './events.ts'
import { handoverRoutes } from './handovers.ts'
import { healthRoutes, probeRoutes } from './health.ts'
import type { HealthSource, MetricsSource } from './health-port.ts'
import { jobRoutes } from './jobs.ts'
import { lineQualityRoutes } from './line-quality.ts'
import { lineRoutes, lineSwitchRoutes } from './lines.ts'
import type { Lines } from './lines-port.ts'
import { metricsRoute } from './metrics.ts'
import { offlineIntakeRoutes } from './offline-intakes.ts'
import type {
  Appointments,
  Batches,
  Deliveries,
  Desk,
  Digests,
  Feed,
  Jobs,
  OfflineIntakes,
  Outages,
  ReferenceNumbers,
  Terminal,
  Verifications,
  Worklist,
} from './ports.ts'
import { presentationRoutes } from './presentations.ts'
import { readerRoutes } from './readers.ts'
import { referenceNumberRoutes } from './reference-numbers.ts'
import { rosterRoutes } from './roster.ts'
import type { Roster } from './roster-port.ts'
import { terminalRoutes } from './terminal.ts'
import { vendorAccessRoutes } from './vendor-access.ts'
import type { VendorAccess } from './vendor-ports.ts'
import { askRoutes, noteRoutes, partRoutes, verificationRoutes } from './verifications.ts'
import { worklistRoutes } from './worklist.ts'

/** What the routes need from the world, and where each is added. */
export interface RoutePorts {
  /** Of the agent, for /health and /openapi.json. */
  readonly version: string
  readonly feed: Feed
  readonly verifications: Verifications
  readonly days: Days
  readonly handovers: Handovers
  readonly batches: Batches
  readonly referenceNumbers: ReferenceNumbers
  readonly offlineIntakes: OfflineIntakes
  readonly worklist: Worklist
  readonly roster: Roster
  readonly deliveries: Deliveries
  readonly digests: Digests
  readonly outages: Outages
  readonly appointments: Appointments
  readonly jobs: Jobs
  readonly lines: Lines
  /** Null where no folders are configured. */
  readonly terminal: Terminal | null
  readonly sessions: Sessions
  readonly staff: StaffDesk
  readonly clinic: ClinicPage
  readonly desk: Desk
  readonly health: HealthSource
  readonly metrics: MetricsSource
  readonly vendor: VendorAccess
  /** Null where no listener shows a certificate of the own CA. */
  readonly ca: CaPage | null
}

/** Every route but the document of them. None calls a port while it is added. */
export function addRoutes(app: App, ports: RoutePorts, context: Context): void {
  const { version, verifications, desk, feed, health } = ports
  askRoutes(app, verifications, context)
  cardFaceRoutes(app, verifications)
  verificationRoutes(app, verifications, context)
  partRoutes(app, verifications, context)
  noteRoutes(app, verifications)
  batchRoutes(app, ports.batches, context)
  referenceNumberRoutes(app, ports.referenceNumbers, context)
  eventRoutes(app, feed, context)
  presentationRoutes(app, desk, verifications, context)
  readerRoutes(app, desk)
  lineRoutes(app, ports.lines, context)
  lineSwitchRoutes(app, ports.lines)
  lineQualityRoutes(app, ports.lines)
  terminalRoutes(app, ports.terminal)
  officeRoutes(app, ports, context)
  deliveryRoutes(app, ports.deliveries, context)
  jobRoutes(app, ports.jobs)
  deskRoutes(app, ports, context)
  caRoute(app, ports.ca)
  probeRoutes(app, health)
  metricsRoute(app, ports.metrics)
  healthRoutes(app, health, version)
}

/** The page, and what it alone uses. */
function deskRoutes(app: App, ports: RoutePorts, context: Context): void {
  const { feed, sessions, clinic, staff } = ports
  const { clock, onBug } = context
  deskPageRoutes(app)
  deskSessionRoutes(app, sessions, clinic)
  deskStaffRoutes(app, staff, context)
  deskLiveRoute(app, feed, watchDesk(ports, clock, onBug), context)
  deskPrintRoute(app, context)
  vendorAccessRoutes(app, ports.vendor, staff)
}

/** What people of the clinic work through. */
function officeRoutes(app: App, ports: RoutePorts, context: Context): void {
  dayRoutes(app, ports.days, context)
  handoverRoutes(app, ports.handovers, context)
  offlineIntakeRoutes(app, ports.offlineIntakes, ports.outages, context)
  worklistRoutes(app, ports.worklist, context)
  rosterRoutes(app, ports.roster, context)
  digestRoutes(app, ports.digests, context)
  appointmentRoutes(app, ports.appointments, context)
}
