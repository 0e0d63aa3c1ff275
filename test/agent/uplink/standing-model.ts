import type { FaultCode } from '../../../agent/kernel/faults.ts'
import { policy } from '../../../agent/uplink/policy.ts'
import type { Sign } from '../../../agent/uplink/standing.ts'

const TEN_MINUTES_MS = 600_000

/** Faults that the model knows, by what the words say of them. */
export const OUT_AT_ONCE = [
  'LINE_UNREACHABLE',
  'LINE_TIMEOUT',
  'LINE_LINK_DOWN',
  'SERVER_NAME_MISMATCH',
] as const
export const PAGE = ['LOGIN_PAGE', 'LINE_AUTH_LOST'] as const
export const BROKEN = ['LINE_BROKEN'] as const
export const LATE = ['GATEWAY_TIMEOUT'] as const
export const OF_GATEWAY = [...LATE, 'GATEWAY_BUSY', 'GATEWAY_ERROR'] as const
export const SAYS_NOTHING = ['LOGIN_REFUSED', 'CLIENT_CERTIFICATE_REFUSED'] as const
export const FAULTS: readonly FaultCode[] = [
  ...OUT_AT_ONCE,
  ...PAGE,
  ...BROKEN,
  ...OF_GATEWAY,
  ...SAYS_NOTHING,
]
const isOne = (list: readonly FaultCode[], fault: FaultCode) => list.includes(fault)

/** A line as somebody would keep it in a table on paper. */
class PaperLine {
  readonly name: string
  state: 'up' | 'trial' | 'down' = 'up'
  /** Start of the present trial, or the last fault that was borne in it. */
  trialFrom = 0
  /** When it was last proven; null: it never was down. */
  provenAt: number | null = null
  silentInARow = 0
  faultsInARow = 0
  relapses = 0
  isFarFault = false

  constructor(name: string) {
    this.name = name
  }

  fall(at: number, isFarFault: boolean): void {
    const isRecent = this.provenAt !== null && at - this.provenAt < TEN_MINUTES_MS
    const isRelapse = this.state === 'trial' || isRecent
    this.relapses = isRelapse ? this.relapses + 1 : 0
    this.state = 'down'
    this.isFarFault = isFarFault
    this.silentInARow = 0
    this.faultsInARow = 0
  }

  showLife(at: number, proveMs: number): void {
    const neededMs = Math.min(proveMs * 2 ** this.relapses, TEN_MINUTES_MS)
    if (this.state !== 'trial' || at - this.trialFrom < neededMs) return
    this.state = 'up'
    this.provenAt = at
  }
}

/** The rules of moving between lines as they are told to people, written down a second time. */
export class PaperModel {
  readonly lines: readonly PaperLine[]
  readonly #proveMs: number
  held: string | null = null

  constructor(names: readonly string[], proveMs: number) {
    this.lines = names.map((name) => new PaperLine(name))
    this.#proveMs = proveMs
  }

  order(): string[] {
    const of = (state: PaperLine['state']) => this.lines.filter((line) => line.state === state)
    const onTrial = of('trial').sort((one, other) => one.trialFrom - other.trialFrom)
    const alive = [...of('up'), ...onTrial]
    const last = this.lines.filter(({ isFarFault }) => isFarFault)
    const order = (alive.length > 0 ? alive : last).map(({ name }) => name)
    const isHeldThere = this.held !== null && order.includes(this.held)
    return isHeldThere ? [this.held ?? '', ...order.filter((name) => name !== this.held)] : order
  }

  sign(name: string, sign: Sign, at: number): void {
    const line = this.lines.find((one) => one.name === name)
    if (line === undefined) return
    if (sign.is === 'missed') this.#missed(line, at)
    else if (sign.is === 'failed') this.#failed(line, sign.fault, at)
    else this.#lived(line, sign.is === 'alive', at)
  }

  #lived(line: PaperLine, isBelowApplication: boolean, at: number): void {
    if (line.state === 'down') {
      if (isBelowApplication) return
      line.state = 'trial'
      line.trialFrom = at
      return
    }
    line.silentInARow = 0
    if (!isBelowApplication) line.faultsInARow = 0
    line.showLife(at, this.#proveMs)
  }

  #missed(line: PaperLine, at: number): void {
    if (line.state === 'down') return
    line.silentInARow += 1
    const bears = line.state === 'trial' ? policy.missesOnTrial : policy.missesToDown
    const isOut = line.silentInARow >= (this.#isOnlyOne(line) ? policy.missesToDownLast : bears)
    if (isOut) line.fall(at, false)
    else if (line.state === 'trial') line.trialFrom = at
  }

  #failed(line: PaperLine, fault: FaultCode, at: number): void {
    if (isOne(SAYS_NOTHING, fault)) return
    const isFar = isOne(OF_GATEWAY, fault) || isOne(PAGE, fault)
    if (line.state === 'down') {
      line.isFarFault = isFar
      return
    }
    const isOnlyOne = this.#isOnlyOne(line)
    if (isOnlyOne && isOne(OF_GATEWAY, fault)) return
    line.faultsInARow += 1
    const isShaky = line.state === 'trial' && !isOnlyOne
    if (isShaky || line.faultsInARow >= this.#bears(fault, isOnlyOne)) line.fall(at, isFar)
    else if (line.state === 'trial') line.trialFrom = at
  }

  #isOnlyOne = (line: PaperLine) => this.lines.every((one) => one === line || one.state === 'down')

  #bears(fault: FaultCode, isOnlyOne: boolean): number {
    if (isOne(LATE, fault)) return 3
    if (isOne(OF_GATEWAY, fault)) return 3
    if (isOne(BROKEN, fault)) return isOnlyOne ? 4 : 2
    return 1
  }
}
