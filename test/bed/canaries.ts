import { X509Certificate } from 'node:crypto'
import { sim } from '../../drivers/sim.ts'
import { ioOf } from '../fakes/io.ts'
import { byteNeedle, type Needle, textNeedle } from './needles.ts'

/** What clients send, chosen so that nothing else can look like it. */
export const sent = {
  patientNumber: 'PN-CANARY-77120',
  identifier: '窓口カナリア七七',
  note: '備考カナリア八八',
  by: '受付　金糸雀子',
  symbol: '記号カナリア九九',
  number: 'ﾊﾞﾝｺﾞｳ8842117',
  birthdate: '19031207',
  name: '非実在　金糸雀',
  kana: 'ﾋｼﾞﾂｻﾞｲ ｶﾅﾘｱ',
  address: '東京都架空区金糸雀町九丁目',
  /** With a right check digit, and nobody's. */
  individualNumber: '123456789018',
  idempotencyKey: 'KEY-CANARY-44081',
  wrongToken: `oa_0123456789ab_${'CANARY-'.repeat(6)}x`,
} as const

/** What the official side says of the patients who are asked about (see the simulator's list). */
export const official: Readonly<Record<string, string>> = {
  'name of 01': '検証　一郎',
  'kana of 01': 'ｹﾝｼｮｳ ｲﾁﾛｳ',
  'name of 07': '●山　七●',
  'kana of 07': 'ﾊﾞﾂﾔﾏ ﾅﾅｺ',
  'address of 07': '東京都架空区●町７番',
  'name of 08': '髙﨑　八重',
  'kana of 08': 'ﾀｶｻｷ ﾔｴ',
  'number of 14': '01234514',
  'birth date of 14': '19440214',
  'insurer of 14': '見本県後期高齢者医療広域連合',
  'number of 22 at the welfare office': '9000022',
  'illness of 22': '高血圧症',
  'symbol of 27': '１２３４５６７８',
}

/** What the configuration and its files hold. */
export const secrets = {
  passphrase: 'passphrase-canary-51',
  password: 'password-canary-52',
  user: 'user-canary-53',
  header: 'header-canary-54',
  storeKey: 'c0ffee11'.repeat(4) + 'decaf022'.repeat(4),
} as const

export const sentNeedles: readonly Needle[] = Object.entries(sent).map(([name, value]) =>
  textNeedle(`sent ${name}`, value),
)
export const officialNeedles: readonly Needle[] = Object.entries(official).map(([name, value]) =>
  textNeedle(name, value),
)
export const secretNeedles: readonly Needle[] = [
  ...Object.entries(secrets).map(([name, value]) => textNeedle(`secret ${name}`, value)),
  byteNeedle('store key', Buffer.from(secrets.storeKey, 'hex')),
]

/** The secret part of a consumer's token; its id may be told. */
export const tokenNeedle = (token: string): Needle =>
  textNeedle('bearer token', token.slice('oa_0123456789ab_'.length))

/** A certificate as a whole, in parts that are its own, and by its serial number. */
export function certificateNeedles(der: Buffer): Needle[] {
  const { serialNumber, subject } = new X509Certificate(der)
  const serial = Buffer.from(serialNumber, 'hex')
  const parts = [300, 400, 500].map((at) => der.subarray(at, at + 24))
  return [
    byteNeedle('card certificate', der),
    ...parts.map((part, at) => byteNeedle(`part ${at} of the card certificate`, part)),
    byteNeedle('serial number of the card certificate', serial),
    textNeedle('serial number of the card certificate, decimal', `${BigInt(`0x${serialNumber}`)}`),
    textNeedle('subject of the card certificate', subject.replace(/^CN=/, '')),
  ]
}

/** Reads the certificate of the card that stands on the simulator's link, as a reader would. */
export async function certificateOnLink(port: number): Promise<Buffer> {
  const io = ioOf({})
  const reader = await sim.open({ host: '127.0.0.1', port }, io)
  try {
    for await (const event of reader.events()) {
      if (event.is === 'presented' && event.presented.kind === 'my-number-card')
        return Buffer.from(event.presented.certificate)
    }
    throw new Error('no My Number card stands there')
  } finally {
    await reader.close()
  }
}
