/**
 * Models of readers, as data. A fact stands here with its source; what no source says is `unknown`,
 * and unknown is never shown as fine.
 */

/** How the host talks to it. `usb-vendor`: a protocol of the maker's own. */
export type Connection =
  | 'usb-ccid'
  | 'usb-hid'
  | 'usb-serial'
  | 'serial'
  | 'usb-vendor'
  | 'terminal'

/** Words for operators. */
export interface Note {
  readonly english: string
  readonly japanese: string
}

/**
 * 技適 or 型式指定 (電波法). `listed`: a source says that the model is approved; `none`: that it is
 * not. `unknown` is most of them.
 */
export interface Conformity {
  readonly is: 'listed' | 'none' | 'unknown'
  readonly note?: Note
}

export interface Model {
  /** Of the USB device; null where it has none of its own, or none is known. */
  readonly vendorId: number | null
  readonly productId: number | null
  readonly name: string
  readonly connection: Connection
  /** Name of the driver that takes it; null where none does, and `remark` says why. */
  readonly driver: 'pcsc' | 'pn532' | 'vivopay' | null
  readonly conformity: Conformity
  readonly availability: 'current' | 'discontinued' | 'unknown'
  /** Where the facts are from. */
  readonly source: string
  readonly remark?: Note
}

/** A USB-serial bridge: says nothing about what is behind it. */
export interface Adapter {
  readonly vendorId: number
  readonly productId: number
  readonly name: string
}

const UNKNOWN: Conformity = { is: 'unknown' }
const LIBCCID = 'libccid 1.5.2, list of supported readers'
const LIBCCID_TESTED = `${LIBCCID}; no physical one tried`

const contact: Note = {
  english: 'Contact reader: the card is put in, not laid on.',
  japanese: '接触型: カードを差し込みます。',
}

const ccid = (
  vendorId: number,
  productId: number,
  name: string,
  more: Partial<Pick<Model, 'remark' | 'source'>> = {},
): Model => ({
  vendorId,
  productId,
  name,
  connection: 'usb-ccid',
  driver: 'pcsc',
  conformity: UNKNOWN,
  availability: 'unknown',
  source: LIBCCID_TESTED,
  ...more,
})

const twn4 = {
  source: `${LIBCCID_TESTED}; Elatec.NET`,
  remark: {
    english: 'Only its CCID mode: the Simple Protocol cannot carry a signature.',
    japanese: 'CCID モードでのみ使えます。',
  },
}

const faceReader = (name: string): Model => ({
  vendorId: null,
  productId: null,
  name,
  connection: 'terminal',
  driver: null,
  conformity: UNKNOWN,
  availability: 'unknown',
  source: 'makers’ public pages; no public protocol',
  remark: {
    english:
      'Certified face reader: belongs to the official terminal and cannot be driven from here; its results come through the terminal’s `face` folder.',
    japanese:
      '顔認証付きカードリーダー: 資格確認端末の機器で、本機からは動かせません。結果は端末の face フォルダーから受け取ります。',
  },
})

export const models: readonly Model[] = [
  ccid(0x054c, 0x0dc8, 'Sony RC-S300/S'),
  ccid(0x054c, 0x0dc9, 'Sony RC-S300/P'),
  ccid(0x054c, 0x0d8f, 'Sony RC-S660/U'),
  ccid(0x072f, 0x221a, 'ACS ACR1251'),
  ccid(0x072f, 0x223b, 'ACS ACR1252 (two slots)'),
  ccid(0x072f, 0x223e, 'ACS ACR1252'),
  ccid(0x072f, 0x2224, 'ACS ACR1281U'),
  ccid(0x04e6, 0x511a, 'NTT Communications SCR3310-NTTCom', { remark: contact }),
  ccid(0x04da, 0x117a, 'Panasonic 7A-Smart', { remark: contact }),
  ccid(0x09d8, 0x0427, 'Elatec TWN4 (CCID mode)', twn4),
  ccid(0x09d8, 0x0428, 'Elatec TWN4 (CCID mode)', twn4),
  ccid(0x076b, 0x5022, 'HID OMNIKEY 5022'),
  ccid(0x076b, 0x5422, 'HID OMNIKEY 5422'),
  {
    vendorId: 0x1c34,
    productId: null,
    name: 'SpringCard',
    connection: 'usb-ccid',
    driver: 'pcsc',
    conformity: UNKNOWN,
    availability: 'unknown',
    source: LIBCCID_TESTED,
    remark: {
      english: 'Only its CCID mode: the keyboard mode carries no commands.',
      japanese: 'CCID モードでのみ使えます。',
    },
  },
  {
    vendorId: 0x0acd,
    productId: 0x3530,
    name: 'ID TECH ViVOpay VP3300 (NEO)',
    connection: 'usb-hid',
    driver: 'vivopay',
    conformity: UNKNOWN,
    availability: 'unknown',
    source: 'NEO 2 Interface Developer’s Guide 80139403-002; hakonschia/web-hid-api (USB id)',
    remark: {
      english: 'A payment reader: that it reads My Number cards is not confirmed.',
      japanese: '決済用リーダー: マイナンバーカードの読み取りは未確認です。',
    },
  },
  {
    vendorId: null,
    productId: null,
    name: 'PN532 board (NXP PN532, UART)',
    connection: 'serial',
    driver: 'pn532',
    conformity: {
      is: 'none',
      note: {
        english: 'Bare boards lack 技適/型式指定: for experiments, not for use in Japan.',
        japanese: '実験用（国内不可）: 技適・型式指定がありません。',
      },
    },
    availability: 'unknown',
    source: 'UM0701-02; hmcircuit.jp and dsas.blog.klab.org (conformity)',
  },
  {
    vendorId: null,
    productId: null,
    name: 'Sony RC-S620/S (UART)',
    connection: 'serial',
    driver: 'pn532',
    conformity: { is: 'listed' },
    availability: 'discontinued',
    source: 'hmcircuit.jp (conformity); Sony’s Arduino sample of 2010 (protocol)',
    remark: {
      english:
        'With `dialect = "rcs620s"`. The module is approved, discontinued, followed by RC-S660/S.',
      japanese: 'dialect = "rcs620s" を指定します。販売終了品で、後継は RC-S660/S です。',
    },
  },
  {
    vendorId: null,
    productId: null,
    name: 'Sony RC-S660/S (UART)',
    connection: 'serial',
    driver: null,
    conformity: UNKNOWN,
    availability: 'current',
    source: 'public RCS660S.cpp (Apache-2.0)',
    remark: {
      english: 'Not driven: no public code shows its Type B exchange. RC-S660/U (USB) is CCID.',
      japanese: '未対応: Type B のやりとりが公開されていません。USB 版 RC-S660/U は使えます。',
    },
  },
  {
    vendorId: null,
    productId: null,
    name: 'ACS ACR122S (serial)',
    connection: 'serial',
    driver: null,
    conformity: UNKNOWN,
    availability: 'unknown',
    source: 'libnfc, drivers/acr122s.c',
    remark: {
      english: 'Not driven: a signature does not fit into its buffer.',
      japanese: '未対応: 署名がバッファーに収まりません。',
    },
  },
  {
    vendorId: null,
    productId: null,
    name: 'Sony RC-S380',
    connection: 'usb-vendor',
    driver: null,
    conformity: UNKNOWN,
    availability: 'unknown',
    source: `${LIBCCID} (absent)`,
    remark: {
      english: 'Not driven: a protocol of the maker’s own, no CCID. Take RC-S300.',
      japanese: '未対応: 独自の USB プロトコルです。RC-S300 をお使いください。',
    },
  },
  faceReader('Panasonic XC-STFR1J-MN'),
  faceReader('Almex マイナタッチ'),
  faceReader('Fujitsu Caora'),
  faceReader('Canon Hi-CARA'),
  faceReader('Atlas'),
]

/** A PN532 or an RC-S620/S may be behind one; never taken unless its port is configured. */
export const adapters: readonly Adapter[] = [
  { vendorId: 0x0403, productId: 0x6001, name: 'FTDI FT232' },
  { vendorId: 0x10c4, productId: 0xea60, name: 'Silicon Labs CP210x' },
  { vendorId: 0x067b, productId: 0x2303, name: 'Prolific PL2303' },
  { vendorId: 0x1a86, productId: 0x7523, name: 'QinHeng CH340' },
]

/** The model of a USB device; undefined where this table does not know it. */
export const modelOf = (vendorId: number, productId: number): Model | undefined =>
  models.find((model) => model.vendorId === vendorId && model.productId === productId) ??
  models.find((model) => model.vendorId === vendorId && model.productId === null)

export const adapterOf = (vendorId: number, productId: number): Adapter | undefined =>
  adapters.find((one) => one.vendorId === vendorId && one.productId === productId)

/** USB ids of the HID devices that `driver` takes without being told which. */
export const hidModelsFor = (
  driver: string,
): readonly { readonly vendorId: number; readonly productId: number }[] =>
  models.flatMap(({ connection, driver: taker, vendorId, productId }) =>
    connection === 'usb-hid' && taker === driver && vendorId !== null && productId !== null
      ? [{ vendorId, productId }]
      : [],
  )

/** `054c:0dc8`, as the `usb` options and lsusb write it. */
export const usbId = (vendorId: number, productId: number): string =>
  `${hex4(vendorId)}:${hex4(productId)}`

const hex4 = (value: number) => value.toString(16).padStart(4, '0')
