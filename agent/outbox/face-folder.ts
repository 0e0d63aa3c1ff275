import { refuseLoops } from '../folders/loop.ts'
import { broughtBy, type Delivered, type Sink } from '../kernel/delivery.ts'
import { AgentError } from '../kernel/errors.ts'
import type { FaceFolderSink } from '../kernel/sink.ts'
import { type FaceLinkPorts, openFaceLink, unwritable } from './face-link.ts'
import { faceMessage } from './face-message.ts'
import { faceName } from './face-name.ts'

/**
 * What must outlive a crash about the deliveries of one sink: in which folder a file was made ready,
 * by the folder's mark. Goes with the delivery; a replay and a drop forget it: who sends it again wants
 * the file again.
 */
export interface FaceMemory {
  /** Null: none was made ready. */
  placeOf(deliveryId: string): string | null
  /** Durable once it resolves. */
  keep(deliveryId: string, place: string): Promise<void>
}

export interface FaceFolderPorts extends FaceLinkPorts {
  /** 医療機関コード, ten digits. */
  readonly institutionCode: string
  readonly memory: FaceMemory
}

export interface FaceFolder extends Sink {
  close(): Promise<void>
  /** After `close`: its thread hangs in a system call, and the process cannot end in order. */
  isStuck(): boolean
}

const DELIVERED: Delivered = { is: 'delivered', comparison: null }

/**
 * Writes the official answer of each verification as a file that receipt computers take in already.
 * Delivered means that the file stood in the folder, whole, under its own name.
 *
 * - Once: one event has one name. After a crash, a delivery that is attempted again makes no second
 *   file and brings none back that was taken, whenever the crash came: the name is given by a rename
 *   out of a folder of ours inside, and what is gone from there was published. Where the folder itself
 *   was exchanged meanwhile (another share in its place, restored from a backup), it may come twice.
 * - Taken: by who deletes, moves or renames it. There is no other proof, so that nothing else makes
 *   room: with `limit` files waiting, `SINK_FOLDER_FULL` until some are taken. Files of ours that nobody
 *   took in 30 days are deleted, for programs that never delete. Files of others are never touched.
 * - A share that is not mounted must not look like an empty folder: its mount point should not be
 *   writable to the agent.
 *
 * A note, and a verification without an official answer, is delivered without a file; one that is held
 * waits until a person releases it. `deliver` throws
 * `SINK_FOLDER_UNWRITABLE`, `SINK_FOLDER_FULL`, and what `memory` throws; refused with
 * `SINK_UNMAPPABLE` and `field` where the charset has no form of what came.
 */
export function openFaceFolderSink(settings: FaceFolderSink, ports: FaceFolderPorts): FaceFolder {
  const { folder, charset, limit } = settings
  const { institutionCode, memory, clock } = ports
  const link = openFaceLink({ folder, institutionCode, limit }, ports)

  const publish = async (name: string, place: string, signal: AbortSignal): Promise<boolean> => {
    const found = await link.call({ is: 'publish', name, place, at: clock.now() }, signal)
    if (found.is === 'full')
      throw new AgentError('SINK_FOLDER_FULL', 'nobody takes the files of the face folder', {
        facts: { limit },
      })
    return found.is === 'published'
  }
  const stage = async (name: string, bytes: Uint8Array, signal: AbortSignal): Promise<string> => {
    const found = await link.call({ is: 'stage', name, bytes }, signal)
    if (found.is !== 'staged') throw new Error('the thread answers another call')
    return found.place
  }

  return {
    async deliver(delivery, signal) {
      const official = delivery.message()
      if (broughtBy(delivery.event) === undefined || official === undefined) return DELIVERED
      // A release may come days later: the receipt computer takes the last file for what holds now.
      if (delivery.event.type === 'note' && delivery.isSuperseded()) return DELIVERED
      const name = faceName(institutionCode, delivery.id)
      const known = memory.placeOf(delivery.id)
      if (known !== null && (await publish(name, known, signal))) return DELIVERED
      const message = faceMessage(official, charset)
      if (message.is === 'unmappable')
        return { is: 'refused', code: 'SINK_UNMAPPABLE', facts: { field: message.field } }
      const place = await stage(name, message.bytes, signal)
      await memory.keep(delivery.id, place)
      if (await publish(name, place, signal)) return DELIVERED
      throw unwritable('ESTALE')
    },
    close: () => link.close(),
    isStuck: () => link.isStuck(),
  }
}

/**
 * Throws `FOLDER_LOOP` where the agent itself watches the folder, one inside it or one around it: it
 * would take its own files for the terminal's.
 */
export const refuseLoop = (folder: string, watched: readonly string[]): void =>
  refuseLoops(watched, [folder])
