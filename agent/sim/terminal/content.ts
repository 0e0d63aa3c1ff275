import { zipSync } from 'fflate'
import { type Arrange, type Charset, write } from '../gateway/write.ts'
import { OTHER_INSTITUTION } from '../patients/odd.ts'
import type { Message } from './answer.ts'
import type { Behaviour } from './behaviour.ts'

/** A file before it is written. */
export interface Content {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Above what a careful client reads. */
const HUGE_BYTES = 20 * 1024 * 1024

const twisted = (
  { header, body }: Message,
  { mode, sizeBytes = HUGE_BYTES }: Behaviour,
): Message => {
  switch (mode) {
    case 'other-institution':
      return { header: { ...header, MedicalInstitutionCode: OTHER_INSTITUTION }, body }
    case 'other-identifier':
      return { header: { ...header, ArbitraryFileIdentifier: 'another-question' }, body }
    case 'huge':
      return { header, body: { ...body, SimulatedPadding: 'x'.repeat(sizeBytes) } }
    default:
      return { header, body }
  }
}

/** What the behaviour makes of this message; `stem` is the name without its ending. */
export const contentOf = (
  message: Message,
  stem: string,
  behaviour: Behaviour,
  style: { readonly charset: Charset; readonly arrange: Arrange; readonly zip: boolean },
): Content => {
  const xml = write(twisted(message, behaviour), style.charset, style.arrange)
  const name = `${stem}.xml`
  if (behaviour.mode === 'broken') return { name, bytes: xml.subarray(0, xml.length >> 1) }
  if (behaviour.mode === 'not-xml')
    return { name, bytes: Buffer.from('Simulated terminal: this is no XML.\n') }
  return style.zip || behaviour.mode === 'zip'
    ? { name: `${stem}.zip`, bytes: zipSync({ [name]: xml }) }
    : { name, bytes: xml }
}
