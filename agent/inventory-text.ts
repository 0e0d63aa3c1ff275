import { type Column, csvOf } from './api/csv.ts'
import type { Inventory } from './inventory.ts'
import { fit, rule } from './ops/text-page.ts'

const CONFORMITY = { listed: '技適あり', none: '技適なし', unknown: '技適は本体で確認' } as const
/** Between several of a kind in one cell. */
const AND = ' ／ '

const columns = [
  { name: 'at', title: '記録日時' },
  { name: 'host', title: '機器名（ホスト名）' },
  { name: 'purpose', title: '用途' },
  { name: 'os', title: 'OS' },
  { name: 'kernel', title: 'カーネル・CPU' },
  { name: 'agent', title: 'onshi-agent の版' },
  { name: 'runtime', title: '同梱ソフトウェアの版' },
  { name: 'nodeEnds', title: '同梱 Node の更新期限' },
  { name: 'addresses', title: 'IPアドレス' },
  { name: 'readers', title: 'カードリーダー（製造番号）' },
  { name: 'lines', title: '回線（お客様ID）' },
  { name: 'certificates', title: '電子証明書（シリアル番号・期限）' },
] as const satisfies readonly Column[]

const AT_TERMINAL = '資格確認端末にあります'
const NONE = 'なし'

/** Pure. One row of the register. */
export function rowOf(inventory: Inventory): Record<(typeof columns)[number]['name'], string> {
  const { at, host, os, versions, addresses, readers, lines, certificates, terminal } = inventory
  const joined = (parts: readonly string[], none = NONE) =>
    parts.length === 0 ? none : parts.join(AND)
  return {
    at,
    host,
    purpose: 'オンライン資格確認の照会・連携',
    os: os.name,
    kernel: `${os.kernel} ${os.arch}`,
    agent: versions.agent,
    runtime: `Node ${versions.node}、SQLite ${versions.sqlite}、OpenSSL ${versions.openssl}`,
    nodeEnds: versions.nodeEnds ?? '',
    addresses: joined(addresses.map((one) => `${one.interface} ${one.address}`)),
    readers: joined(
      readers.map(({ name, usb, serialNumber, conformity }) => {
        const serial = serialNumber === '' ? '製造番号は本体で確認' : serialNumber
        return `${name} ${usb}（${serial}、${CONFORMITY[conformity]}）`
      }),
      terminal ? AT_TERMINAL : NONE,
    ),
    lines: joined(
      lines.map(({ name, kind, customerId, carrier }) =>
        [
          `${name} ${kind}`,
          customerId ?? '（お客様IDは未記入）',
          ...(carrier === null ? [] : [carrier]),
        ].join(' '),
      ),
      terminal ? AT_TERMINAL : NONE,
    ),
    certificates: joined(
      certificates.map(
        ({ serialNumber, notAfter, state }) =>
          `${serialNumber ?? '（シリアル番号は発行通知書で確認）'} ${notAfter.slice(0, 10)} まで ${state}`,
      ),
      terminal ? AT_TERMINAL : NONE,
    ),
  }
}

/** A CSV file with one row, as `csvOf` writes it. */
export const inventoryCsv = (inventory: Inventory): string =>
  csvOf(columns, [rowOf(inventory)]).toString('utf8')

/** Pure. For people, and for paper. */
export function inventoryPage(inventory: Inventory): string {
  const row = rowOf(inventory)
  const TITLE_COLUMNS = 34
  return [
    '機器台帳（onshi-agent inventory）',
    rule('-'),
    ...columns.flatMap(({ name, title }) =>
      row[name].split(AND).map((part, at) => fit(at === 0 ? title : '', TITLE_COLUMNS) + part),
    ),
    rule('-'),
    'お客様ID と製造番号を含みます。院内で保管し、外部へは onshi-agent bundle を渡してください。',
    '',
  ].join('\n')
}
