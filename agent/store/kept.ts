import type { Clock } from '../kernel/ports.ts'
import { type Appointments, openAppointments } from './appointments.ts'
import { type Batches, openBatches } from './batches.ts'
import { type CertificateRegistry, openCertificates } from './certificates.ts'
import { type Comparisons, openComparisons } from './comparisons.ts'
import type { Sql } from './database.ts'
import { type Deliveries, openDeliveries } from './deliveries.ts'
import { type FolderFiles, openFolderFiles } from './folder-files.ts'
import { type FollowUps, openFollowUps } from './follow-ups.ts'
import { type Handovers, openHandovers } from './handovers.ts'
import { type Intakes, openIntakes } from './intakes.ts'
import { type JobRuns, openJobRuns } from './jobs.ts'
import { type LineChoice, openLineChoice } from './line-choice.ts'
import { type LineRecords, openLineRecords } from './line-history.ts'
import { type Outages, openOutages } from './outages.ts'
import { openRegistrations, type Registrations } from './registrations.ts'
import { openRestores, type Restores } from './restored.ts'
import { openRoster, type Roster } from './roster.ts'
import { openRosterQuestions, type RosterQuestions } from './roster-questions.ts'
import { openVendorAccess, type VendorAccessRegistry, type VendorWrites } from './vendor-access.ts'
import { openWorkRows, type WorkRows } from './worklist.ts'
import type { WriterThread } from './writer-thread.ts'

/** What is kept beside questions and verifications. */
export interface Kept {
  readonly certificates: CertificateRegistry
  readonly intakes: Intakes
  readonly followUps: FollowUps
  readonly work: WorkRows
  readonly handovers: Handovers
  readonly outages: Outages
  readonly lines: LineRecords
  readonly lineChoice: LineChoice
  readonly folderFiles: FolderFiles
  readonly batches: Batches
  readonly registrations: Registrations
  readonly roster: Roster
  readonly rosterQuestions: RosterQuestions
  readonly jobs: JobRuns
  readonly appointments: Appointments
  readonly deliveries: Deliveries
  readonly comparisons: Comparisons
  readonly restores: Restores
  readonly vendorAccess: VendorAccessRegistry
}

/** Each part over its reads and over the changes that the writer thread makes for it. */
export const openKept = (
  sql: Sql,
  commit: WriterThread['commit'],
  announce: (position: number) => void,
  clock: Pick<Clock, 'now'>,
): Kept => ({
  intakes: openIntakes(sql, {
    add: (record) => commit('addIntake', record),
    close: (record) => commit('closeIntake', record),
  }),
  followUps: openFollowUps(sql),
  work: openWorkRows(sql),
  handovers: openHandovers(sql),
  certificates: openCertificates(
    sql,
    {
      add: (record) => commit('addCertificate', record),
      recordTrial: (record) => commit('tryCertificate', record),
      activate: (record) => commit('activateCertificate', record),
    },
    clock,
  ),
  outages: openOutages(
    sql,
    {
      begin: (record) => commit('beginOutage', record),
      end: (record) => commit('endOutage', record),
    },
    clock,
  ),
  lineChoice: openLineChoice(sql, {
    hold: (record) => commit('holdLine', record),
    release: (record) => commit('releaseLine', record),
    tested: (record) => commit('lineTested', record),
  }),
  folderFiles: openFolderFiles(sql, {
    begin: (record) => commit('beginFolder', record),
    pass: (record) => commit('passFile', record),
    remove: (record) => commit('removeFile', record),
  }),
  batches: openBatches(sql, {
    add: (record) => commit('addBatch', record),
    beginWriting: (id) => commit('beginBatch', id),
    move: (step) => commit('moveBatch', step),
    async end(record) {
      const { positions, isEnded } = await commit('endBatch', record)
      if (positions.length > 0) announce(Math.max(...positions))
      return isEnded
    },
  }),
  comparisons: openComparisons(sql),
  vendorAccess: openVendorAccess(sql, vendorWrites(commit)),
  deliveries: openDeliveries(sql, {
    async settle(record) {
      await commit('settleDeliveries', record)
    },
    place: (record) => commit('placeDelivery', record),
    decide: (record) => commit('decideDelivery', record),
    replay: async (record) => (await commit('replayDeliveries', record)).replayed,
  }),
  registrations: openRegistrations(sql, {
    add: (record) => commit('addRegistration', record),
    end: (record) => commit('endRegistration', record),
  }),
  roster: openRoster(sql, {
    write: (record) => commit('writeRoster', record),
    replace: (record) => commit('replaceRoster', record),
    remove: (record) => commit('removeFromRoster', record),
    consent: (record) => commit('consentInRoster', record),
  }),
  rosterQuestions: openRosterQuestions(sql),
  restores: openRestores(sql, restoreWrites(commit)),
  appointments: openAppointments(sql, {
    replace: (record) => commit('replaceAppointments', record),
  }),
  jobs: openJobRuns(sql, jobWrites(commit)),
  lines: openLineRecords(sql, {
    record: (batch) => commit('recordLines', batch),
    purge: (before) => commit('purgeLines', before),
  }),
})

const restoreWrites = (commit: WriterThread['commit']): Parameters<typeof openRestores>[1] => ({
  keepIdentity: (proposed) => commit('keepBoxIdentity', proposed),
  acknowledge: (record) => commit('acknowledgeRestore', record),
})

const vendorWrites = (commit: WriterThread['commit']): VendorWrites => ({
  begin: (record) => commit('beginVendorAccess', record),
  end: (record) => commit('endVendorAccess', record),
  confirm: (record) => commit('confirmVendorAccess', record),
  acted: (record) => commit('actVendor', record),
})

const jobWrites = (commit: WriterThread['commit']): Parameters<typeof openJobRuns>[1] => ({
  add: (record) => commit('addJobRun', record),
  move: (step) => commit('moveJobRun', step),
  interrupt: (at) => commit('interruptJobRuns', at),
})
