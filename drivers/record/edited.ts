import type { Dialogue, Edit, EditPieces, Piece } from './edit.ts'
import { editPn532 } from './pn532-bytes.ts'
import type { Entry, Recording } from './recording.ts'
import { editVivopay } from './vivopay-bytes.ts'

const families: Readonly<Record<string, EditPieces>> = { pn532: editPn532, vivopay: editVivopay }

/** The recording with every byte of card data put through `edit`, in frames that are right again. */
export function edited({ head, entries }: Recording, edit: Edit): Recording {
  const inPorts = editPorts(entries, families[head.driver] ?? editUnknown, edit)
  const dialogues = new Map<number, Dialogue>()
  const dialogueOf = (hold: number) => {
    const known = dialogues.get(hold) ?? edit.dialogue()
    dialogues.set(hold, known)
    return known
  }
  return {
    head,
    entries: inPorts.map((entry) => {
      if (entry.is === 'held') return { ...entry, atr: hexOf(edit.atr(bytesOf(entry.atr))) }
      if (entry.is === 'sent')
        return { ...entry, apdu: hexOf(dialogueOf(entry.hold).command(bytesOf(entry.apdu))) }
      if (entry.is === 'answered')
        return { ...entry, apdu: hexOf(dialogueOf(entry.hold).answer(bytesOf(entry.apdu))) }
      return entry
    }),
  }
}

function editPorts(entries: readonly Entry[], editPieces: EditPieces, edit: Edit): Entry[] {
  const pieces = new Map<Entry, Piece>()
  const ports = new Map<number, Piece[]>()
  for (const entry of entries) {
    if (entry.is !== 'wrote' && entry.is !== 'came') continue
    const piece: Piece = {
      to: entry.is === 'wrote' ? 'device' : 'host',
      bytes: bytesOf(entry.bytes),
    }
    pieces.set(entry, piece)
    const list = ports.get(entry.port) ?? []
    list.push(piece)
    ports.set(entry.port, list)
  }
  for (const list of ports.values()) editPieces(list, edit)
  return entries.map((entry) => {
    const piece = pieces.get(entry)
    if (piece === undefined || (entry.is !== 'wrote' && entry.is !== 'came')) return entry
    return { ...entry, bytes: hexOf(piece.bytes) }
  })
}

/** A family whose frames are not known here. */
function editUnknown(pieces: readonly Piece[], edit: Edit): void {
  for (const piece of pieces) piece.bytes = edit.noise(piece.bytes)
}

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
