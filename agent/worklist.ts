import type { Worklist } from './api/ports.ts'
import { FOLLOWED_FOR_MS, nextAskAt, type OpenTimes } from './eligibility/follow-up-plan.ts'
import type { OfflineIntake } from './kernel/offline-intake.ts'
import type { Clock } from './kernel/ports.ts'
import { inJapan } from './kernel/time.ts'
import type { WorkItem, WorkKind } from './kernel/worklist.ts'
import type { Store } from './store/store.ts'
import type { WorkRow } from './store/worklist.ts'

interface WorklistParts {
  readonly store: Pick<Store, 'work'> & { readonly intakes: Pick<Store['intakes'], 'list'> }
  readonly clock: Pick<Clock, 'now'>
  readonly openTimes: OpenTimes
}

/** What people should look at, put together from the store and the plan of asking again. */
export function worklistOf({ store, clock, openTimes }: WorklistParts): Worklist {
  const { work, intakes } = store
  const item = (kind: WorkKind, row: WorkRow, now: number): WorkItem => ({
    id: `${kind}-${row.verificationId}`,
    kind,
    since: row.followUp?.openedAt ?? row.endedAt,
    verificationId: row.verificationId,
    intakeId: null,
    patientNumber: row.patientNumber,
    name: row.name,
    nameKana: row.nameKana,
    outcome: row.outcome,
    nextAskAt: row.followUp && nextAskAt({ ...row.followUp, outcome: row.outcome }, openTimes, now),
    asked: row.followUp?.asked ?? 0,
    needs: kind === 'unresolved' && row.kind !== 'card-face' ? 'CARD_NEEDED' : null,
    advisories: row.advisories,
    notes: row.notes,
  })
  const ofNow = (now: number): WorkItem[] => {
    const forPeople = intakes.list('open').filter(({ state }) => state === 'for-a-person')
    const taken = new Set(forPeople.map(({ verificationId }) => verificationId))
    const unresolved = work
      .unresolved(now - FOLLOWED_FOR_MS)
      .filter(({ verificationId }) => !taken.has(verificationId))
    return [
      ...unresolved.map((row) => item('unresolved', row, now)),
      ...work.held().map((row) => item('held', row, now)),
      ...work.refunds(monthStart(inJapan(now).slice(0, 7))).map((row) => item('refund', row, now)),
      ...forPeople.map(ofIntake),
    ]
  }
  return {
    list(month) {
      const now = clock.now()
      const items =
        month === null
          ? ofNow(now)
          : work
              .notValid(month.replace('-', ''), monthStart(month))
              .map((row) => item('unresolved', row, now))
      return items.sort((one, other) => one.since - other.since)
    },
  }
}

/** When a month (`YYYY-MM`) begins in Japan, epoch ms. */
const monthStart = (month: string) => Date.parse(`${month}-01T00:00:00+09:00`)

const ofIntake = ({ id, at, form, verificationId }: OfflineIntake): WorkItem => ({
  id: `intake-${id}`,
  kind: 'intake',
  since: at,
  verificationId,
  intakeId: id,
  patientNumber: form.patientNumber ?? null,
  name: form.name,
  nameKana: form.nameKana ?? null,
  outcome: null,
  nextAskAt: null,
  asked: 0,
  needs: null,
  advisories: [],
  notes: [],
})
