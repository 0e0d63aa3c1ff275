import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bootVirtual } from './machine.ts'

const CYCLES = Number(process.env['VM_CYCLES'] ?? 100)
/** Of all of them together, besides what each cycle takes. */
const [LIMIT_MS, CYCLE_LIMIT_MS] = [60 * 60_000, 60_000]
const MODULES = 'hid_generic usbhid uhid ftdi_sio dummy_hcd libcomposite usb_f_hid'

test('every driver keeps its contract with devices of a real kernel (test/vm/guest)', async (t) => {
  const machine = await bootVirtual(t)
  // Each test has a service of its own; some look at a kernel that knows readers already.
  await machine.must('systemctl mask --now pcscd.socket pcscd.service')
  await machine.must(`modprobe -a ${MODULES} && udevadm settle --timeout=60`)
  await machine.must('mountpoint -q /sys/kernel/config || mount -t configfs c /sys/kernel/config')
  const limitMs = LIMIT_MS + CYCLES * CYCLE_LIMIT_MS
  const variables = {
    CYCLES,
    ONLY: process.env['VM_ONLY'] ?? '',
    SLOWER_BY: 20,
    SERIAL_PORT: machine.ports.serial,
    CCID_PORT: machine.ports.ccid,
  }
  const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  const run = machine.follow(
    `cd /tree && exec env ${words.join(' ')} timeout -k 10 ${limitMs / 1_000} node_modules/.bin/node test/vm/guest/run.ts`,
  )
  const verdict = await run
    .until(/^\d+ passed, \d+ failed$/, limitMs + 60_000)
    .finally(() => process.stdout.write(`${run.lines().join('\n')}\n`))
  assert.match(verdict, /^[1-9]\d* passed, 0 failed$/)
})
