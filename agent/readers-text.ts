import type { Found } from '../drivers/discover.ts'
import { type Conformity, type Model, type Note, usbId } from '../drivers/models.ts'
import type { ReaderList } from './api/readers.ts'
import { type FaultCode, faults } from './kernel/faults.ts'
import { fit, rule } from './ops/text-page.ts'

/** A device that is plugged in, and how far this user gets with it. */
export interface Plugged {
  readonly found: Found
  /** Its nodes, or for a PC/SC reader the service’s socket. */
  readonly access: readonly {
    readonly node: string
    readonly is: 'open' | 'forbidden' | 'absent'
  }[]
  /** Of a serial port: the name that stays. Null for other devices. */
  readonly port: string | null
}

/** What `onshi-agent readers` found. */
export interface ReadersView {
  readonly plugged: readonly Plugged[]
  /** Names of the configured readers. */
  readonly taken: readonly string[]
  readonly agent:
    | { readonly is: 'running'; readonly readers: ReaderList['items'] }
    | { readonly is: 'unknown'; readonly code: FaultCode; readonly message: string }
}

const NOT_CONFIRMED = '未確認（not confirmed）'
const CONFORMITY: Readonly<Record<Conformity['is'], string>> = {
  listed: 'あり（listed）',
  none: '実験用（国内不可）（none: for experiments, not for use in Japan）',
  unknown: NOT_CONFIRMED,
}
const AVAILABILITY: Readonly<Record<Model['availability'], string>> = {
  current: '販売中（current）',
  discontinued: '販売終了（discontinued）',
  unknown: NOT_CONFIRMED,
}

const BEHIND_ADAPTER: Note = {
  english:
    'A USB-serial adapter says nothing of what is behind it: a PN532 board is for experiments only, RC-S620/S needs `dialect = "rcs620s"`. Taken only where its port is configured.',
  japanese:
    'USB シリアル変換です。先につながる機器は判別できません。PN532 基板は実験用（国内不可）です。ポートを設定したときだけ使います。',
}
const UNKNOWN_SERIAL: Note = {
  english:
    'A serial device that this release does not know (a modem, perhaps). Not taken unless its port is configured.',
  japanese: '不明なシリアル機器です（モデムなど）。ポートを設定したときだけ使います。',
}
const UNKNOWN_CCID: Note = {
  english: 'CCID, but not in the table of models: libccid may or may not drive it.',
  japanese: '型番の一覧にない CCID リーダーです。動作は未確認です。',
}

/** For people. */
export function nameOf({ device, model, adapter }: Found): string {
  const own = `${device.maker} ${device.product}`.trim()
  return model?.name ?? adapter?.name ?? (own === '' ? 'unknown device' : own)
}

/** What is to be said about it beyond the facts of its model. */
export function remarkOf({ model, adapter, connection }: Found): Note | undefined {
  if (model !== undefined) return model.remark
  if (adapter !== undefined) return BEHIND_ADAPTER
  return connection === 'usb-serial' ? UNKNOWN_SERIAL : UNKNOWN_CCID
}

/** Pure. Japanese for the desk, English for operators, and blocks of TOML ready to paste. */
export function readersText({ plugged, taken, agent }: ReadersView): string {
  return [
    'onshi-agent readers',
    rule('-'),
    'つながっている機器（plugged in）',
    ...(plugged.length === 0 ? ['', '  カードリーダーは見つかりません（no reader found）'] : []),
    ...plugged.flatMap(ofDevice),
    '',
    ...pasted(tomlBlocks(plugged, taken)),
    rule('-'),
    ...ofAgent(agent),
    '',
  ].join('\n')
}

function ofDevice(one: Plugged, at: number): string[] {
  const { found, access } = one
  const { device, model, connection, driver } = found
  const usb = usbId(device.vendorId, device.productId)
  const serial = device.serialNumber === '' ? [] : [`serial ${device.serialNumber}`]
  const remark = remarkOf(found)
  const conformity = model?.conformity ?? { is: 'unknown' }
  return [
    '',
    `${at + 1}. ${nameOf(found)}  ${[usb, ...serial].join('  ')}`,
    cell('接続', [connection, ...found.nodes, device.bus ?? ''].join('  ').trimEnd()),
    cell('ドライバー', driver ?? 'なし（none takes it）'),
    cell('技適・型式指定', CONFORMITY[conformity.is]),
    cell('販売', AVAILABILITY[model?.availability ?? 'unknown']),
    ...words(conformity.note),
    ...words(remark),
    ...access.flatMap(({ node, is }) => ofAccess(found, node, is)),
  ]
}

const cell = (title: string, text: string) => `   ${fit(title, 16)}${text}`
const words = (note: Note | undefined) =>
  note === undefined ? [] : [`   ${note.japanese}`, `   ${note.english}`]

function ofAccess(found: Found, node: string, is: Plugged['access'][number]['is']): string[] {
  if (is === 'open') return []
  if (is === 'forbidden')
    return [ofFault('READER_FORBIDDEN'), `   ${node}: this user may not open it. ${cureOf(found)}`]
  if (found.driver === 'pcsc')
    return [ofFault('READER_SERVICE_DOWN'), `   ${node} is not there: apt-get install pcscd`]
  return [ofFault('READER_GONE'), `   ${node} is not there`]
}

function cureOf({ driver, connection, device }: Found): string {
  if (driver === 'pcsc') return 'polkit rules of pcscd decide'
  if (connection !== 'usb-hid') return 'Add the agent’s user to the group dialout'
  const [vendor, product] = usbId(device.vendorId, device.productId).split(':')
  return `A udev rule gives it to a group: KERNEL=="hidraw*", ATTRS{idVendor}=="${vendor}", ATTRS{idProduct}=="${product}", GROUP="plugdev", MODE="0660"`
}

function ofFault(code: FaultCode): string {
  const { number, title, action } = faults[code]
  return `   ${number} ${code}  ${title} ${action}`
}

function ofAgent(agent: ReadersView['agent']): string[] {
  const title = '設定されたリーダー（configured in the running agent）'
  if (agent.is === 'unknown') return [title, `  ${agent.code}: ${agent.message}`]
  if (agent.readers.length === 0) return [title, '  なし（none）']
  return [
    title,
    ...agent.readers.flatMap(({ name, driver, state, since, device, fault }) => [
      `  ${fit(name, 16)} ${fit(driver, 8)} ${fit(state, 13)} ${since}  ${device ?? ''}`.trimEnd(),
      ...(fault === null ? [] : [`    ${fault.number} ${fault.code}  ${fault.title}`]),
    ]),
  ]
}

function pasted(blocks: readonly string[]): string[] {
  if (blocks.length === 0) return []
  return [rule('-'), '設定に貼り付ける（to paste into agent.toml）', '', ...blocks]
}

/**
 * A `[[readers]]` block for each device that a driver takes; commented out where it takes it only
 * if the right thing is behind it. Names differ from `taken` and from each other.
 */
export function tomlBlocks(plugged: readonly Plugged[], taken: readonly string[]): string[] {
  const drivable = plugged.filter(({ found }) => found.driver !== null)
  const free = Array.from({ length: drivable.length + taken.length }, (_, i) => `reader-${i + 1}`)
  const names = free.filter((name) => !taken.includes(name))
  return drivable.map((one, at) => {
    const { found } = one
    const twins = drivable.filter((other) => sameModel(other.found, found))
    const block = [
      `# ${nameOf(found)}`,
      ...(twins.length > 1 && found.driver === 'pcsc' ? [TWINS] : []),
      '[[readers]]',
      `name = "${names[at]}"`,
      `driver = "${found.driver}"`,
      `options = { ${optionsOf(one, twins.length > 1)} }`,
    ]
    const isCertain = found.adapter === undefined
    return `${block.map((line) => (isCertain || line.startsWith('#') ? line : `# ${line}`)).join('\n')}\n`
  })
}

const TWINS =
  '# Two of this model: instead of `usb`, give each a part of its PC/SC name: options = { reader = "…" }'

const sameModel = (a: Found, b: Found) =>
  a.device.vendorId === b.device.vendorId && a.device.productId === b.device.productId

function optionsOf({ found, port }: Plugged, hasTwin: boolean): string {
  const { device, connection } = found
  if (connection === 'usb-serial') return `port = ${JSON.stringify(port ?? found.nodes[0] ?? '')}`
  const usb = `usb = "${usbId(device.vendorId, device.productId)}"`
  const tellsApart = connection === 'usb-hid' && hasTwin && device.serialNumber !== ''
  return tellsApart ? `${usb}, serial_number = ${JSON.stringify(device.serialNumber)}` : usb
}
