import type { Edit } from './edit.ts'

/** Kinds of polling. [NXP UM0701-02, 7.3.5] */
const TYPE_A = 0x00
const FELICA = new Set([0x01, 0x02])
const TYPE_B = 0x03
const SAK_ISO_DEP = 0x20

/** Bytes of the one target that begins here, or undefined where it is not as it should be. */
type EditOne = (target: Uint8Array, edit: Edit) => number | undefined

/** Rewrites in place what InListPassiveTarget answered: a count, then that many targets. */
export function editTargets(data: Uint8Array, polling: number | undefined, edit: Edit): void {
  const editOne = kindOf(polling)
  const [count = 0] = data
  let at = 1
  for (let target = 0; target < count; target++) {
    const bytes = editOne?.(data.subarray(at), edit)
    if (bytes === undefined) break
    at += bytes
  }
  // What is behind the targets, or cannot be read as one.
  if (at < data.length) data.set(edit.data(data.subarray(at)), at)
}

function kindOf(polling: number | undefined): EditOne | undefined {
  if (polling === TYPE_B) return editTypeB
  if (polling === TYPE_A) return editTypeA
  return polling !== undefined && FELICA.has(polling) ? editFelica : undefined
}

/** `Tg 50 PUPI(4) APP(4) PROT(3) length ATTRIB answer`: all but the PUPI is the card's kind. */
function editTypeB(target: Uint8Array, edit: Edit): number | undefined {
  const attribBytes = target[13]
  if (target[1] !== 0x50 || attribBytes === undefined) return undefined
  const end = 14 + attribBytes
  if (target.length < end) return undefined
  target.set(edit.id(target.subarray(2, 6)), 2)
  if (attribBytes > 1) target.set(edit.data(target.subarray(15, end)), 15)
  return end
}

/** `Tg SENS_RES(2) SEL_RES length UID [ATS]`; of the ATS the historical bytes are the card's own. */
function editTypeA(target: Uint8Array, edit: Edit): number | undefined {
  const [, , , sak = 0, idBytes] = target
  if (idBytes === undefined || target.length < 5 + idBytes) return undefined
  const idEnd = 5 + idBytes
  target.set(edit.id(target.subarray(5, idEnd)), 5)
  if ((sak & SAK_ISO_DEP) === 0) return idEnd
  const [atsBytes = 0, format = 0] = target.subarray(idEnd)
  const end = idEnd + Math.max(1, atsBytes)
  if (target.length < end) return idEnd
  const interfaceBytes = [0x10, 0x20, 0x40].filter((bit) => (format & bit) !== 0).length
  const historical = idEnd + 2 + interfaceBytes
  if (historical < end) target.set(edit.data(target.subarray(historical, end)), historical)
  return end
}

/** `Tg length 01 IDm(8) PMm(8) [system code]`; the length counts itself. */
function editFelica(target: Uint8Array, edit: Edit): number | undefined {
  const [, length = 0, code] = target
  if (code !== 0x01 || length < 18 || target.length < 1 + length) return undefined
  target.set(edit.id(target.subarray(3, 11)), 3)
  target.set(edit.data(target.subarray(11, 19)), 11)
  return 1 + length
}
