/**
 * The thread in which the files of one face folder are touched: a share that hangs stops this thread
 * and nothing else.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { answerCall } from '../folders/calls.ts'
import { FaceFiles } from './face-files.ts'
import type {
  FaceCall,
  FaceFound,
  FaceThreadStart,
  FromFaceThread,
  ToFaceThread,
} from './face-wire.ts'

const port = parentPort
if (port === null) throw new Error('face-thread.ts runs as a worker thread')
const given: FaceThreadStart = workerData
const files = new FaceFiles(given)

const perform = (call: FaceCall): FaceFound =>
  call.is === 'stage'
    ? files.stage(call.name, call.bytes)
    : files.publish(call.name, call.place, call.at)

port.on('message', (message: ToFaceThread) => {
  if (message.is === 'close') process.exit()
  const result = answerCall(message.stage, () => perform(message.call))
  if (result === null) return
  const answer: FromFaceThread = { id: message.id, result }
  port.postMessage(answer)
})
