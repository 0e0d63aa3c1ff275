import { BehaviourError } from '../behaviour.ts'
import { japaneseMoment } from '../patients/dates.ts'
import { OTHER_INSTITUTION } from '../patients/odd.ts'
import { patientByNumber } from '../patients.ts'
import { answerTo, type Desk, faceResult, type Message } from './answer.ts'
import type { Behaviour, Behaviours } from './behaviour.ts'
import { contentOf } from './content.ts'
import { deliver } from './deliver.ts'
import type { PickedUp } from './inbox.ts'
import type { Memory } from './memory.ts'
import { faceStem } from './names.ts'
import { refusalOf, type Tally } from './stats.ts'

const MS_PER_DAY = 86_400_000

/** One line for a person who watches: no name of a person, and no number but the patient's. */
export interface Happened {
  /** The request; null for a result of the card reader. */
  readonly request: string | null
  /** `trash` with the reason, or what was made of it. */
  readonly became: string
  readonly patient?: string
  readonly mode: string
}

/** What every file is made and written with. */
export interface Office {
  readonly folders: Readonly<Record<'req' | 'res' | 'face' | 'trash', string>>
  /** On the same file system as the folders, and looked into by nobody. */
  readonly building: string
  readonly institutionCode: string
  readonly style: Omit<Parameters<typeof contentOf>[3], 'zip'>
  readonly memory: Memory
  /** People beside the forty, by their card face. */
  readonly alsoKnown: Desk['alsoKnown']
  readonly behaviours: Behaviours
  readonly tally: Tally
  readonly signal: AbortSignal
  /** Bulk results come as ZIP. */
  readonly zip: boolean
  /** The terminal's clock, epoch ms. */
  now(): number
  happened(happened: Happened): void
}

const deskOf = (office: Office, { mode }: Behaviour): Desk => ({
  memory: office.memory,
  charset: office.style.charset,
  institutionCode: office.institutionCode,
  alsoKnown: office.alsoKnown,
  now: office.now() + (mode === 'tomorrow' ? MS_PER_DAY : 0),
})

interface Parcel {
  readonly folder: string
  readonly stem: string
  readonly message: Message
  readonly zip: boolean
  readonly now: number
  onAppeared(name: string): void
}

const send = (office: Office, behaviour: Behaviour, parcel: Parcel): Promise<void> =>
  deliver(
    contentOf(parcel.message, parcel.stem, behaviour, { ...office.style, zip: parcel.zip }),
    behaviour,
    {
      building: office.building,
      folder: parcel.folder,
      signal: office.signal,
      modifiedAt: behaviour.mode === 'tomorrow' ? parcel.now : undefined,
      onAppeared: (name) => {
        office.tally.add('filesWritten')
        parcel.onAppeared(name)
      },
    },
  )

/** Answers one request. Rejects as `deliver` does. */
export const answer = async ({ name, asking }: PickedUp, office: Office): Promise<void> => {
  const behaviour = office.behaviours.take('answer', asking.is === 'bulk-result')
  const { mode } = behaviour
  const desk = deskOf(office, behaviour)
  const { patient, ...message } = answerTo(asking, desk, mode === 'busy-bulk')
  const refusal = asking.is === 'refused' ? refusalOf(asking.code) : undefined
  // One that is refused for its ReceptionNumber was well asked; only its answer knows.
  const told = refusal ?? refusalOf(String(message.header['ErrorCode'] ?? ''))
  if (told !== undefined) office.tally.refused(told)
  office.happened({
    request: name.name,
    became: mode === 'mute' ? 'nothing' : (told ?? 'answer'),
    mode,
    ...(patient === undefined ? {} : { patient }),
  })
  if (mode === 'mute') return
  await send(office, behaviour, {
    folder: office.folders.res,
    stem: name.answerStem,
    message,
    zip: office.zip && asking.is === 'bulk-result',
    now: desk.now,
    onAppeared: () => undefined,
  })
  office.tally.add('answered')
}

/**
 * Writes what a check of this patient ("01" to "40") at the card reader comes to. `file` is its name,
 * once it stands in the folder; `work` ends when all is done, and rejects as `deliver` does. Throws a
 * `BehaviourError` for a patient who is not known.
 */
export const present = (
  number: string,
  office: Office,
): { readonly file: Promise<string>; readonly work: Promise<void> } => {
  const patient = /^\d{1,2}$/.test(number) ? patientByNumber(number) : undefined
  if (patient === undefined) throw new BehaviourError('patient is "01" to "40"')
  const behaviour = office.behaviours.take('face', false)
  const { mode } = behaviour
  const desk = deskOf(office, behaviour)
  const code = mode === 'other-institution' ? OTHER_INSTITUTION : office.institutionCode
  const appeared = Promise.withResolvers<string>()
  const work = send(office, behaviour, {
    folder: office.folders.face,
    stem: faceStem(code, japaneseMoment(desk.now)),
    message: faceResult(patient, desk),
    zip: false,
    now: desk.now,
    onAppeared: appeared.resolve,
  })
  work.then(() => office.tally.add('faces'), appeared.reject)
  office.happened({ request: null, became: 'face', patient: patient.number, mode })
  return { file: appeared.promise, work }
}
