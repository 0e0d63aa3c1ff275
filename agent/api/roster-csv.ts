import type { Mistake } from '../kernel/errors.ts'
import type { Role } from '../kernel/roles.ts'
import type { RosterChange, RosterKind, RosterState, StatusColour } from '../kernel/roster.ts'
import { rosterEntryFor, seesPath } from '../kernel/roster-roles.ts'
import type { ShownRosterEntry } from '../kernel/roster-shown.ts'
import { type Column, csvMistake, csvOf, headsOf, parseCsv, refuseCsv } from './csv.ts'
import { dayInCell } from './csv-cells.ts'
import type { RosterRow } from './roster-port.ts'

const kinds: Readonly<Record<RosterKind, string>> = {
  'home-oxygen': '在宅酸素',
  'home-visit': '訪問診療',
  monthly: '毎月来院',
}
const states: Readonly<Record<RosterState, string>> = {
  confirmed: '確認済',
  asking: '照会中',
  unconfirmed: '未確認',
  invalid: '無効',
}
const colours: Readonly<Record<StatusColour, string>> = { green: '緑', yellow: '黄', red: '赤' }

/** A column, and where its value stands in an entry. */
interface RosterColumn extends Column {
  readonly path: string
}

const column = (path: string, title: string, name = path, required = false): RosterColumn => ({
  path,
  title,
  name,
  required,
})

const kindColumn = column('kind', '種類', 'kind', true)
/** What people write. */
const written: readonly RosterColumn[] = [
  column('patientNumber', '患者番号', 'patientNumber', true),
  kindColumn,
  column('name', '氏名'),
  column('nameKana', '氏名カナ'),
  column('birthdate', '生年月日'),
  column('cardFace.insurerNumber', '保険者番号', 'insurerNumber'),
  column('cardFace.insuredCardSymbol', '記号', 'insuredCardSymbol'),
  column('cardFace.insuredIdentificationNumber', '番号', 'insuredIdentificationNumber'),
  column('cardFace.insuredBranchNumber', '枝番', 'insuredBranchNumber'),
  column('device.name', '機器', 'deviceName'),
  column('device.contractNumber', '契約番号', 'contractNumber'),
  column('device.supplier', '業者', 'supplier'),
  column('contractEnd', '契約の期限'),
  column('owner', '契約の担当'),
  column('note', '備考'),
]
const idColumn = column('id', '名簿ID')
/** What the agent says; passed over when the file comes back. */
const told: readonly RosterColumn[] = [
  column('standingConsent.since', '継続同意', 'standingConsentSince'),
  column('standingConsent.revokedAt', '同意の取消', 'standingConsentRevokedAt'),
  column('month', '対象月'),
  column('eligibility.state', '資格', 'eligibilityState'),
  column('needsCheck', '要確認'),
  column('contractNotice', '契約の残り（日以内）'),
  column('statusColour', '状態'),
  column('advisories', '確認すること'),
]
const columns = [idColumn, ...written, ...told]

/** What a file may hold, for the API’s document. */
export const rosterCsvDoc = `Headed by ${headsOf(columns)}. A column that is left out is empty in every row; those from ${told[0]?.name ?? ''} on are passed over.`

/** The list as a role sees it: columns of which it sees nothing are left out. */
export function rosterCsv(entries: readonly ShownRosterEntry[], role: Role): Buffer {
  const seen = columns.filter(({ path }) => seesPath(role, path))
  const rows = entries.map((entry) => {
    const values = rosterEntryFor(entry, role)
    const cells = seen.map(({ name, path }) => [name, textOf(path, valueAt(values, path))])
    return Object.fromEntries(cells)
  })
  return csvOf(seen, rows)
}

function valueAt(values: unknown, path: string): unknown {
  let at = values
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null) return null
    at = Object.entries(at).find(([key]) => key === name)?.[1]
  }
  return at
}

const labels: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  kind: kinds,
  'eligibility.state': states,
  statusColour: colours,
  needsCheck: { true: '要確認', false: '' },
}

function textOf(path: string, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map((one) => String(valueAt(one, 'title'))).join('／')
  return labels[path]?.[String(value)] ?? String(value)
}

/** Throws `CSV_INVALID`. */
export function rosterRowsIn(file: Buffer): RosterRow[] {
  const mistakes: Mistake[] = []
  const rows = parseCsv(file, columns).map((cells, index): RosterRow => {
    const texts = written.flatMap(({ name, path }): [string, string][] =>
      cells[name] === undefined || cells[name].trim() === ''
        ? []
        : [[path, asWritten(path, cells[name])]],
    )
    const { kind: said = '', ...sent } = nested(texts)
    const kind = kindOf(said)
    if (kind === undefined) {
      const choices = Object.values(kinds).join('・')
      mistakes.push(
        csvMistake(index, kindColumn, `${choices} のどれかです。`, 'must be a known kind'),
      )
    }
    return { id: cells['id']?.trim() || null, sent: { ...sent, ...(kind && { kind }) } }
  })
  refuseCsv(mistakes)
  return rows
}

/** A day that Excel has turned into 2027/3/31, in the form of its field; all else as it is. */
function asWritten(path: string, cell: string): string {
  if (path === 'contractEnd') return dayInCell(cell) ?? cell
  if (path === 'birthdate') return dayInCell(cell)?.replaceAll('-', '') ?? cell
  return cell
}

const isKind = (text: string): text is RosterKind => Object.hasOwn(kinds, text)
function kindOf(text: string): RosterKind | undefined {
  const said = text.normalize('NFKC').trim()
  if (isKind(said)) return said
  return Object.keys(kinds)
    .filter(isKind)
    .find((kind) => kinds[kind] === said)
}

type Texts = Omit<RosterChange, 'kind'> & { kind?: string }

/** `[['device.name', 'x']]` as `{ device: { name: 'x' } }`. */
function nested(texts: readonly (readonly [string, string])[]): Texts {
  const under = (prefix: string) =>
    Object.fromEntries(
      texts.flatMap(([path, text]) =>
        path.startsWith(prefix) ? [[path.slice(prefix.length), text]] : [],
      ),
    )
  const { insurerNumber = '', insuredIdentificationNumber = '', ...card } = under('cardFace.')
  const hasCard = texts.some(([path]) => path.startsWith('cardFace.'))
  const hasDevice = texts.some(([path]) => path.startsWith('device.'))
  return {
    ...Object.fromEntries(texts.filter(([path]) => !path.includes('.'))),
    ...(hasCard && { cardFace: { insurerNumber, insuredIdentificationNumber, ...card } }),
    ...(hasDevice && { device: under('device.') }),
  }
}

/** The column of a path in an entry. */
export const rosterColumnAt = (path: string): Column | undefined =>
  columns.find((one) => one.path === path)
