import type { Result } from '../folders/wire.ts'

/* What the sink of face files and the thread that touches them say to each other. */

export interface FaceThreadStart {
  readonly folder: string
  readonly institutionCode: string
  /** So many files of ours may wait in the folder to be taken. */
  readonly limit: number
}

/**
 * - stage: makes a file ready where nobody looks
 * - publish: gives it its name in the folder, once; `place` as `stage` told it. `at`: epoch ms, now
 */
export type FaceCall =
  | { readonly is: 'stage'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly is: 'publish'; readonly name: string; readonly place: string; readonly at: number }

/**
 * - staged: `place` is the folder's own mark, by which it is known again
 * - published: it stands in the folder, or stood there and was taken
 * - lost: this is another folder than the one where it was made ready
 * - full: as many of ours as allowed wait there
 */
export type FaceFound =
  | { readonly is: 'staged'; readonly place: string }
  | { readonly is: 'published' | 'lost' | 'full' }

export type ToFaceThread =
  | {
      readonly is: 'call'
      readonly id: number
      readonly call: FaceCall
      readonly stage: SharedArrayBuffer
    }
  | { readonly is: 'close' }

export interface FromFaceThread {
  readonly id: number
  readonly result: Result<FaceFound>
}
