import type { FastifyReply } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { type FaultCode, faults } from '../kernel/faults.ts'
import { toRfc3339 } from '../kernel/time.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

export const timeOrNull = (at: number | null): string | null => (at === null ? null : toRfc3339(at))

/** A view of the same bytes: fastify sends Buffers as they are. */
export const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export const sendJson = (reply: FastifyReply, status: number, json: Uint8Array): FastifyReply =>
  reply.code(status).type(JSON_TYPE).send(bufferOf(json))

const comma = Buffer.from(',')
const opening = Buffer.from('{"items":[')

/** Items with the cursor behind them. They are JSON already; they are joined, not parsed. */
export function pageBody(items: readonly Uint8Array[], cursor: string): Buffer {
  const parts: Uint8Array[] = [opening]
  items.forEach((item, at) => {
    if (at > 0) parts.push(comma)
    parts.push(bufferOf(item))
  })
  parts.push(Buffer.from(`],"cursor":${JSON.stringify(cursor)}}`))
  return Buffer.concat(parts)
}

/** An item of the feed as far as the API itself looks into it. */
export interface ItemHead {
  readonly cursor: string
  /** Id of the verification that the item is, or is about. */
  readonly verificationId: string
}

export function headOf(item: Uint8Array): ItemHead {
  const event: unknown = JSON.parse(bufferOf(item).toString())
  const verificationId =
    textAt(event, 'verification', 'id') ?? textAt(event, 'note', 'verificationId')
  return { cursor: textAt(event, 'cursor') ?? '', verificationId: verificationId ?? '' }
}

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = Object.entries(at).find(([name]) => name === key)?.[1]
  }
  return typeof at === 'string' ? at : undefined
}

/** A fault as the desk shows it. */
export function faultReport(code: FaultCode | null) {
  if (code === null) return null
  const { number, title, hint, action } = faults[code]
  return { code, number, title, detail: hint, action }
}
