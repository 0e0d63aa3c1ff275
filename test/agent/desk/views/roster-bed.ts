import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Role } from '../../../../agent/kernel/roles.ts'
import { pathsFor, rosterEntryFor } from '../../../../agent/kernel/roster-roles.ts'
import type { ShownRosterEntry } from '../../../../agent/kernel/roster-shown.ts'
import { openStage, Sent, type StageOptions } from '../../../bed/desk-stage.ts'

/** An entry with every field. */
export const entry = (given: Partial<ShownRosterEntry> = {}): ShownRosterEntry => ({
  id: 'e1',
  at: '2026-03-01T09:00:00+09:00',
  changedAt: '2026-03-01T09:00:00+09:00',
  version: 4,
  patientNumber: '00107',
  kind: 'home-oxygen',
  name: '見本　一郎',
  nameKana: 'ミホン　イチロウ',
  birthdate: '19500502',
  cardFace: {
    insurerNumber: '06139992',
    insuredCardSymbol: '１２・３４',
    insuredIdentificationNumber: '5678',
    insuredBranchNumber: '01',
  },
  device: { name: '酸素濃縮器', contractNumber: 'K-1', supplier: '見本医療機器' },
  contractEnd: '2026-05-01',
  owner: '総務 見本',
  note: null,
  standingConsent: null,
  month: '2026-04',
  eligibility: { state: 'unconfirmed', verificationId: null, at: null },
  needsCheck: true,
  contractNotice: 30,
  statusColour: 'yellow',
  advisories: [
    {
      code: 'CONTRACT_ENDS',
      number: 'A41',
      severity: 'warn',
      field: 'contractEnd',
      title: '契約の期限が近づいています。',
      detail: 'x',
      action: '更新するかを確認してください。',
    },
  ],
  ...given,
})
const other = entry({
  id: 'e2',
  patientNumber: '00042',
  name: '試験　花子',
  needsCheck: false,
  contractNotice: null,
  contractEnd: null,
  statusColour: 'green',
  eligibility: { state: 'confirmed', verificationId: 'v1', at: '2026-04-01T10:00:00+09:00' },
  standingConsent: {
    since: '2026-03-02T10:00:00+09:00',
    by: '医事 見本',
    revokedAt: null,
    revokedBy: null,
  },
  advisories: [],
})
const all = [entry(), other]

/** The roster as a role gets it. */
export const listFor = (role: Role, entries = all) => ({
  items: entries.map((one) => rosterEntryFor(one, role)),
  seen: pathsFor(role, 'see'),
  editable: pathsFor(role, 'change'),
})

/** The view on the stage, at an entry where `at` names one. */
export async function shown(
  t: TestContext,
  role: Role,
  given: StageOptions['answers'] = {},
  at = '',
) {
  const stage = await openStage({
    role,
    answers: {
      'GET /v1/roster': ({ path }: { path: string }) =>
        new Sent(
          { etag: '"7"' },
          listFor(role, path.includes('unconfirmed') ? all.slice(0, 1) : all),
        ),
      'GET /v1/roster/:id': ({ path }: { path: string }) =>
        rosterEntryFor(path.endsWith('e1') ? entry() : other, role),
      ...given,
    },
  })
  t.after(() => {
    assert.deepEqual(stage.errors, [])
    return stage.close()
  })
  await stage.page.goto(`${stage.url}#/roster${at}`)
  await stage.page.getByRole('heading', { level: 1, name: '名簿' }).waitFor()
  return stage
}
type Stage = Awaited<ReturnType<typeof shown>>
/** What the page wrote. */
export const sent = ({ asked }: Stage) =>
  asked.filter(({ route }) => /^(PUT|POST|DELETE) \/v1/.test(route))
/** Names of the fields that can be typed into. */
export const fields = ({ page }: Stage) =>
  page
    .locator('form:has(fieldset) input[type=text], form:has(fieldset) input[type=date]')
    .evaluateAll((list) => list.map((one) => one.getAttribute('name')))
