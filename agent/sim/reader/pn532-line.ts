import type { Chip } from './pn532-chip.ts'
import { ack, answerFrame, errorFrame, nack, type Sent } from './pn532-framing.ts'

/** What goes wrong on the line. Holds until it is replaced; what says `once` happens once. */
export interface LineTrouble {
  /** What the chip says comes in pieces of so many bytes. */
  readonly pieceBytes?: number
  /** Stands before each frame. */
  readonly garbage?: Uint8Array
  /** The next command is refused with a NACK, unheard. */
  readonly nackOnce?: boolean
  /** The next answer has a wrong byte. */
  readonly corruptOnce?: boolean
  /** The next acknowledgement is swallowed. */
  readonly muteAckOnce?: boolean
  /** The chip says nothing from its n-th command on, counted from 1 and from now. */
  readonly silentFrom?: number
}

type Wire = (bytes: Uint8Array) => void

/** The chip's end of the line: acknowledges, works, answers, and is troubled. */
export class Line {
  readonly #chip: Chip
  #wire: Wire = () => {}
  #trouble: LineTrouble = {}
  #commands = 0
  #working: NodeJS.Timeout | undefined
  #last: Uint8Array | undefined

  constructor(chip: Chip) {
    this.#chip = chip
  }

  /** Where the line goes now. */
  connect(wire: Wire): void {
    this.#wire = wire
  }

  trouble(trouble: LineTrouble): void {
    this.#trouble = trouble
    this.#commands = 0
  }

  /** Gives up what runs. */
  stop(): void {
    clearTimeout(this.#working)
    this.#working = undefined
  }

  take(sent: Sent): void {
    switch (sent.is) {
      case 'wake-up':
        this.#chip.wakeUp()
        break
      case 'command':
        this.#command(sent.payload)
        break
      case 'ack':
        this.stop()
        break
      case 'nack':
        if (this.#last === undefined) this.#chip.violate('a NACK before any answer')
        else this.#say(this.#last)
        break
      case 'wrong':
        this.#chip.violate(sent.why)
        this.#say(nack)
    }
  }

  #command(payload: Uint8Array): void {
    this.#commands += 1
    if (this.#working !== undefined) this.#chip.violate('a command while another one runs')
    this.stop()
    if (this.#isSilent()) return
    if (this.#once('nackOnce')) this.#say(nack)
    else this.#run(payload)
  }

  #run([code = 0, ...parameters]: Uint8Array): void {
    const wasAsleep = this.#chip.isAsleep()
    const result = this.#chip.run(code, Uint8Array.from(parameters))
    if (wasAsleep) return
    if (!this.#once('muteAckOnce')) this.#say(ack)
    if (result.is === 'refused') this.#answer(errorFrame)
    if (result.is === 'answer') this.#give(answerFrame([code + 1, ...result.data]), result.afterMs)
  }

  #give(frame: Uint8Array, afterMs: number): void {
    if (afterMs === 0) this.#answer(frame)
    else
      this.#working = setTimeout(() => {
        this.#working = undefined
        this.#answer(frame)
      }, afterMs)
  }

  #answer(frame: Uint8Array): void {
    this.#last = frame
    const checksumAt = frame.length - 2
    if (!this.#once('corruptOnce')) this.#say(frame)
    else this.#say(frame.map((byte, at) => (at === checksumAt ? byte ^ 0x01 : byte)))
  }

  #once(what: 'nackOnce' | 'muteAckOnce' | 'corruptOnce'): boolean {
    const is = this.#trouble[what] === true
    this.#trouble = { ...this.#trouble, [what]: false }
    return is
  }

  #isSilent(): boolean {
    const { silentFrom = Number.POSITIVE_INFINITY } = this.#trouble
    return this.#commands >= silentFrom
  }

  #say(frame: Uint8Array): void {
    if (this.#isSilent()) return
    const { garbage = new Uint8Array(), pieceBytes } = this.#trouble
    const wire = this.#wire
    const bytes = Uint8Array.from([...garbage, ...frame])
    if (pieceBytes === undefined) {
      wire(bytes)
      return
    }
    // Each piece in a turn of its own, so that they arrive apart.
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.slice(at, at + pieceBytes)
      setImmediate(() => wire(piece))
    }
  }
}
