import { purgeConsumers } from './delivered.ts'
import {
  NOTHING_NEEDED,
  progress,
  REMOVED,
  SMALL_REMOVED,
  type Step,
  windowEnd,
} from './purge-step.ts'
import { verifications } from './purge-verifications.ts'

/** Rows that no walk is needed to find: `condition` has one parameter, the time. */
const simple =
  (table: string, key: string, condition: string, most = REMOVED): Step =>
  (sql, { before }) => {
    const { changes } = sql(
      `DELETE FROM ${table} WHERE ${key} IN (
         SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${most})`,
    ).run(before)
    return progress(changes, changes === most ? '' : null)
  }

/** The bytes of official answers. That there was one stays known: others are asked again. */
const messages: Step = (sql, { before, after }) => {
  const end = windowEnd(sql, 'verifications', 'id', after)
  if (end === null) return progress(0, null)
  const old = sql<{ id: string }>(
    `SELECT id FROM verifications
     WHERE id > ? AND id <= ? AND ended_at < ? AND length(message) > 0 ORDER BY id LIMIT ${REMOVED}`,
  ).all(after, end, before)
  for (const { id } of old) sql("UPDATE verifications SET message = x'' WHERE id = ?").run(id)
  const last = old.length === REMOVED ? old.at(-1)?.id : undefined
  return progress(old.length, last ?? end)
}

const links: Step = (sql, { after }) => {
  const end = windowEnd(sql, 'patient_links', 'seq', Number(after))
  if (end === null) return progress(0, null)
  const { changes } = sql(
    `DELETE FROM patient_links WHERE seq > ? AND seq <= ?
     AND NOT EXISTS (SELECT 1 FROM verifications v WHERE v.id = patient_links.verification_id)`,
  ).run(Number(after), Number(end))
  return progress(changes, end)
}

/** Who has no verification left, is in no roster, and with whom nothing is compared. */
const FORGOTTEN = `SELECT id FROM patients p WHERE id > ? AND id <= ? AND created_at < ?
  AND NOT EXISTS (SELECT 1 FROM verifications v WHERE v.patient_id = p.id)
  AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.state = 'held' AND h.patient_id = p.id)
  AND NOT EXISTS (SELECT 1 FROM patient_numbers n JOIN roster r
    ON r.patient_number = n.reference_number AND r.removed_at IS NULL WHERE n.patient_id = p.id)
  ORDER BY id LIMIT ${REMOVED}`

const patients: Step = (sql, { before, after }) => {
  const end = windowEnd(sql, 'patients', 'id', after)
  if (end === null) return progress(0, null)
  const old = sql<{ id: string }>(FORGOTTEN).all(after, end, before)
  for (const { id } of old) {
    sql('DELETE FROM patient_links WHERE patient_id = ?').run(id)
    sql('DELETE FROM patient_numbers WHERE patient_id = ?').run(id)
    sql('DELETE FROM patients WHERE id = ?').run(id)
  }
  const last = old.length === REMOVED ? old.at(-1)?.id : undefined
  return progress(old.length, last ?? end)
}

/** Open ones are still on the list of what people work through. */
const intakes: Step = (sql, { before }) => {
  const step = simple(
    'offline_intakes',
    'id',
    'closed_at IS NOT NULL AND at < ?',
  )(sql, {
    before,
    after: '',
  })
  const open =
    sql<{ n: number }>(
      'SELECT count(*) AS n FROM offline_intakes WHERE closed_at IS NULL AND at < ?',
    ).get(before)?.n ?? 0
  return { ...step, kept: { ...NOTHING_NEEDED, intakes: step.next === null ? open : 0 } }
}

/** Of the day, not of when it was written down. */
const appointments: Step = (sql, { before }) => {
  const day = new Date(before + JAPAN_MS).toISOString().slice(0, 10)
  const { changes } = sql(
    `DELETE FROM appointments WHERE id IN (
       SELECT id FROM appointments WHERE day < ? LIMIT ${SMALL_REMOVED})`,
  ).run(day)
  return progress(changes, changes === SMALL_REMOVED ? '' : null)
}

const JAPAN_MS = 9 * 60 * 60_000

const batches: Step = (sql, { before }) => {
  const old = sql<{ id: string }>(
    `SELECT id FROM batches b WHERE ended_at < ? AND NOT EXISTS (
       SELECT 1 FROM batch_lines l JOIN questions q ON q.id = l.question_id WHERE l.batch_id = b.id)
     LIMIT ${REMOVED}`,
  ).all(before)
  for (const { id } of old) {
    sql('DELETE FROM batch_lines WHERE batch_id = ?').run(id)
    sql('DELETE FROM batches WHERE id = ?').run(id)
  }
  return progress(old.length, old.length === REMOVED ? '' : null)
}

/** The newest stays as an empty row: the list's version is taken from it and must not go back. */
const roster: Step = (sql, { before }) => {
  const old = sql<{ id: string; isNewest: number }>(
    `SELECT id, version = (SELECT max(version) FROM roster) AS isNewest FROM roster
     WHERE removed_at < ? AND body <> '{}' LIMIT ${REMOVED}`,
  ).all(before)
  for (const { id, isNewest } of old) {
    sql('DELETE FROM roster_questions WHERE roster_id = ?').run(id)
    if (isNewest === 1)
      sql("UPDATE roster SET body = '{}', patient_number = '' WHERE id = ?").run(id)
    else sql('DELETE FROM roster WHERE id = ?').run(id)
  }
  return progress(old.length, old.length === REMOVED ? '' : null)
}

/** Names of people whom the audit may still name go with it. */
const accounts: Step = (sql, { before }) => {
  const staff = sql<{ id: string }>('SELECT id FROM staff WHERE disabled_at < ?').all(before)
  for (const { id } of staff) {
    sql('DELETE FROM recovery_codes WHERE staff_id = ?').run(id)
    sql('DELETE FROM sessions WHERE staff_id = ?').run(id)
    sql('DELETE FROM staff WHERE id = ?').run(id)
  }
  const consumers = purgeConsumers(sql, before)
  // With who opened it, why, and what was done.
  const windows = sql('DELETE FROM vendor_access WHERE closed_at < ?').run(before)
  return progress(staff.length + consumers + windows.changes, null)
}

/** In the order in which they are purged: what hangs on others goes after them. */
export const purgeKinds = [
  'idempotency',
  'comparisons',
  'appointments',
  'registrations',
  'intakes',
  'verifications',
  'messages',
  'links',
  'batches',
  'outages',
  'roster',
  'patients',
  'accounts',
] as const
export type PurgeKind = (typeof purgeKinds)[number]

export const purgeSteps: Readonly<Record<PurgeKind, Step>> = {
  idempotency: simple('idempotency', 'at', 'at <= ?', SMALL_REMOVED),
  comparisons: simple('comparisons', 'seq', 'at < ?', SMALL_REMOVED),
  appointments,
  registrations: simple('registrations', 'id', 'ended_at < ?'),
  intakes,
  verifications,
  messages,
  links,
  batches,
  outages: simple(
    'outages',
    'id',
    'ended_at < ? AND NOT EXISTS (SELECT 1 FROM offline_intakes i WHERE i.outage_id = outages.id)',
  ),
  roster,
  patients,
  accounts,
}
